"""Cases beside those of make_goldens.py's own table, of models in whose prompts pictures stand: several pictures in a text, several
layers of a tower, prompts with padding in the middle, and weights under the names of newer checkpoints.

    python soft_prompts.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import torch
import transformers as hf
from common import Case, add_generation, generation_ok, generation_request, generator, randint, randomise, save_model, search
from common import tensors_of
from safetensors.torch import save_file

PAD, END, IMAGE, WORDS = 1, 2, 59, 60
TRACES = dict(output_hidden_states=True, output_attentions=True)
TOWER = dict(hidden_size=16, intermediate_size=28, num_hidden_layers=3, num_attention_heads=2, image_size=12, patch_size=4)


def started(family, name, about, seed):
    case = Case(sys.argv[2], family, name, "library", seed)
    case.about = about
    return case


def pixels(seed, pictures=3):
    return torch.randn(pictures, 3, 12, 12, generator=generator(seed))


def row(places, *words):
    """Ids of a text: a list of words' ids, or the number of places of a picture, by turns."""
    ids = []
    for part in words:
        ids += [IMAGE] * places if part == "picture" else part
    return ids


def words(count, seed):
    return randint(3, IMAGE, (count,), seed).tolist()


def save_as_in_memory(case, model):
    """With the names of the weights in the class, which save_pretrained takes back to those of older versions."""
    save_model(case, model)
    weights = {name: value.clone().contiguous() for name, value in model.state_dict().items()}
    save_file(weights, f"{case.folder}/model.safetensors", metadata={"format": "pt"})


# ---- LLaVA ------------------------------------------------------------------------------------------------------------
def llava(name, about, seed, options, places=10):
    cls = "LlavaForConditionalGeneration"
    case = started("llava", name, about, seed)
    sizes = dict(vocab_size=WORDS, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3,
                 num_key_value_heads=1, max_position_embeddings=96, bos_token_id=3, eos_token_id=END, pad_token_id=PAD)
    config = hf.LlavaConfig(
        vision_config=hf.CLIPVisionConfig(**dict(TOWER, projection_dim=8, hidden_act="gelu")),
        text_config=hf.LlamaConfig(**sizes, attention_bias=True), image_token_index=IMAGE, image_seq_length=places, **options)
    two = row(places, words(2, seed + 1), "picture", words(3, seed + 2), "picture", words(2, seed + 3))
    one = row(places, words(1, seed + 4), "picture", words(5, seed + 5))
    missing = len(two) - len(one)
    ids = torch.tensor([two, [PAD] * missing + one])
    mask = torch.tensor([[1] * len(two), [0] * missing + [1] * len(one)])
    inputs = dict(pixel_values=case.tensor("pixel_values", pixels(seed + 6)), input_ids=case.tensor("input_ids", ids),
                  attention_mask=case.tensor("attention_mask", mask))
    short = torch.tensor([[PAD] * 2 + one, row(places, "picture", words(8, seed + 7))])
    single = dict(pixel_values=case.tensor("single.pixel_values", pixels(seed + 8, 2)),
                  input_ids=case.tensor("single.input_ids", short),
                  attention_mask=case.tensor("single.attention_mask", (short != PAD).long()))
    case.notes.append("Beams with one picture in each text: with several, the reference gives beams pictures of others.")
    requests = [generation_request("greedy", inputs, dict(max_new_tokens=7), len(two)),
                generation_request("beam", single, dict(num_beams=3, max_new_tokens=7), short.shape[1])]
    build = lambda s: randomise(getattr(hf, cls)(config), s, gain=1.6, embed_std=0.4, eos_rows=[END])
    save_as_in_memory(case, search(build, lambda m: generation_ok(m, tensors_of(case, requests), END, need_eos=False), seed))
    case.call("image_features", "method", cls, method="get_image_features", inputs={"pixel_values": "in.pixel_values"})
    case.call("forward", "forward", cls, inputs=inputs, options=TRACES, mask_outputs="in.attention_mask",
              keep=["logits", "image_hidden_states", "hidden_states*"])
    add_generation(case, cls, requests)
    case.finish()


llava("layers", "Two pictures in a text and one in the other; two layers of the tower with their class tokens; newer names.", 601,
      dict(vision_feature_layer=[-2, 1], vision_feature_select_strategy="full", multimodal_projector_bias=False,
           projector_hidden_act="relu"))


# ---- BLIP-2 -----------------------------------------------------------------------------------------------------------
def blip2(name, about, seed, queries=2):
    cls = "Blip2ForConditionalGeneration"
    case = started("blip2", name, about, seed)
    config = hf.Blip2Config(
        vision_config=dict(TOWER), num_query_tokens=queries, image_token_index=IMAGE, image_text_hidden_size=4,
        qformer_config=dict(hidden_size=20, intermediate_size=24, num_hidden_layers=4, num_attention_heads=2,
                            cross_attention_frequency=3, hidden_act="gelu_new", layer_norm_eps=1e-3, vocab_size=9,
                            max_position_embeddings=4, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0),
        text_config=dict(model_type="t5", vocab_size=WORDS, d_model=24, d_kv=6, d_ff=24, num_layers=1, num_heads=3,
                         feed_forward_proj="gated-gelu", tie_word_embeddings=False, dropout_rate=0.0, pad_token_id=PAD,
                         eos_token_id=END, decoder_start_token_id=PAD))
    two = row(queries, "picture", words(2, seed + 1), "picture", words(3, seed + 2))
    one = row(queries, "picture", [PAD] * (queries + 2), words(3, seed + 3))
    ids = torch.tensor([two, one])
    inputs = dict(pixel_values=case.tensor("pixel_values", pixels(seed + 4)), input_ids=case.tensor("input_ids", ids),
                  attention_mask=case.tensor("attention_mask", (ids != PAD).long()))
    requests = [generation_request("greedy", inputs, dict(max_new_tokens=7)),
                generation_request("beam", inputs, dict(num_beams=3, max_new_tokens=7))]
    build = lambda s: randomise(getattr(hf, cls)(config), s, gain=1.3, embed_std=0.4, eos_rows=[END])
    save_model(case, search(build, lambda m: generation_ok(m, tensors_of(case, requests), END, need_eos=False), seed))
    answers = torch.cat([torch.full((2, 1), PAD), randint(3, IMAGE, (2, 4), seed + 5)], 1)
    case.call("forward", "forward", cls, inputs=dict(inputs, decoder_input_ids=answers), options=TRACES,
              keep=["logits", "language_model_outputs.logits", "vision_outputs.last_hidden_state",
                    "qformer_outputs.last_hidden_state", "qformer_outputs.pooler_output"])
    case.call("image_features", "method", cls, method="get_image_features", inputs={"pixel_values": "in.pixel_values"})
    add_generation(case, cls, requests)
    case.finish()


blip2("t5_padding", "T5 reads padding between picture and words, two pictures in a text; every third layer asks the picture.", 612)
