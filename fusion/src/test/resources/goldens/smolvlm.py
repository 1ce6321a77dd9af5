"""A case of Idefics3 beside the developer case, which is SmolVLM: several pictures in a text, padding within
pictures, pictures that aren't square, words that are scored by the table that embeds them.

    python smolvlm.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import tiny_tokenizers as tt
import torch
import transformers as hf
from common import Case, add_generation, generation_ok, generation_request, randn, randomise, save_model, search, tensors_of
from fusion import DECODE, SMOL_TEMPLATE, picture_files
from replay import Replayer

NAMES = ("pixel_values", "pixel_attention_mask", "input_ids", "attention_mask")
TOWER = dict(hidden_size=20, intermediate_size=28, num_hidden_layers=2, num_attention_heads=2, image_size=24, patch_size=4)
LLAMA = dict(model_type="llama", hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3,
             num_key_value_heads=1, max_position_embeddings=512)


def tokenizer():
    tok = tt.byte_bpe("GPT2TokenizerFast", 290, last=("<|endoftext|>", "<|im_start|>", "<|im_end|>"), bos_token="<|im_start|>",
                      eos_token="<end_of_utterance>", pad_token="<|im_end|>", unk_token="<|endoftext|>", padding_side="left")
    tiles = [f"<row_{r}_col_{c}>" for r in range(1, 4) for c in range(1, 4)]
    tok.add_special_tokens({"additional_special_tokens": [
        "<end_of_utterance>", "<fake_token_around_image>", "<image>", "<global-img>", *tiles]})
    tok.chat_template = SMOL_TEMPLATE
    return tok


def processor(tok, tokens, settings):
    return hf.Idefics3Processor(
        image_processor=hf.Idefics3ImageProcessor(**settings), tokenizer=tok, image_seq_len=tokens,
        chat_template=SMOL_TEMPLATE)


def record(name, about, seed, scale, tied, settings, calls):
    """calls: by name the texts, the pictures in their order, and options of the processor"""
    cls, tokens = "Idefics3ForConditionalGeneration", (6 // scale) ** 2
    case = Case(sys.argv[2], "smolvlm", name, "library", seed)
    case.about = about
    tok = tokenizer()
    ids = dict(bos_token_id=tok.bos_token_id, eos_token_id=tok.eos_token_id, pad_token_id=tok.pad_token_id)
    image = tok.convert_tokens_to_ids("<image>")
    config = hf.Idefics3Config(
        vision_config=dict(TOWER), text_config=dict(LLAMA, vocab_size=len(tok), tie_word_embeddings=tied, **ids),
        scale_factor=scale, image_token_id=image, tie_word_embeddings=tied, pad_token_id=tok.pad_token_id)
    config.eos_token_id, config.bos_token_id = tok.eos_token_id, tok.bos_token_id
    processor(tok, tokens, settings).save_pretrained(case.folder)
    picture_files(case, dict(pictures=("photo.png", "drawing.png")))
    made = {}
    for call, (texts, pictures, options) in calls.items():
        case.call(call, "processor", "Idefics3Processor", images=list(pictures), text=texts, options=dict(options, padding=True))
        made[call], _ = Replayer(case.folder).run(case.calls[-1][0], {})
    requests = []
    for call, tensors in made.items():
        real = {key: tensors[key] for key in NAMES}
        for beams in (1, 2):
            requests.append(generation_request(f"{call}_{beams}", real, dict(num_beams=beams, max_new_tokens=6),
                                               real["input_ids"].shape[1]))
    build = lambda s: randomise(getattr(hf, cls)(config), s, gain=1.3, eos_rows=[tok.eos_token_id])
    save_model(case, search(build, lambda m: generation_ok(m, tensors_of(case, requests), tok.eos_token_id, need_eos=False), seed))
    for request in requests:
        call = request["name"].rsplit("_", 1)[0]
        request["inputs"] = {key: f"{call}.{key}" for key in NAMES}
    add_generation(case, cls, requests, DECODE)
    shapes(case, cls, tok, image, tokens, seed)
    case.finish()


def shapes(case, cls, tok, image, tokens, seed):
    """Pixels and masks as tensors: an empty picture, one with padding of its own, and oblong ones."""
    words = tok("what is it ? ").input_ids
    ids = torch.tensor([words + [image] * tokens + words[:2] + [image] * tokens, [tok.pad_token_id] * (tokens + 2) + words + [image] * tokens])
    pixels = randn((2, 2, 3, 24, 24), seed + 1)
    pixels[1, 1] = 0
    mask = torch.ones(2, 2, 24, 24, dtype=torch.int64)
    mask[0, 1, 15:] = 0
    mask[0, 1, :, 9:] = 0
    mask[1, 1] = 0
    inputs = dict(input_ids=case.tensor("padded.input_ids", ids), pixel_values=case.tensor("padded.pixel_values", pixels),
                  attention_mask=case.tensor("padded.attention_mask", (ids != tok.pad_token_id).long()),
                  pixel_attention_mask=case.tensor("padded.pixel_attention_mask", mask))
    case.call("padded", "forward", cls, inputs=inputs, mask_outputs="in.padded.attention_mask",
              keep=["logits", "image_hidden_states"],
              still=("pixel_attention_mask",))  # a patch counts when any of its pixels does
    oblong = torch.tensor([words + [image] * tokens])
    case.call("oblong", "forward", cls, keep=["logits", "image_hidden_states"], inputs=dict(
        input_ids=case.tensor("oblong.input_ids", oblong), pixel_values=case.tensor("oblong.pixel_values", randn((1, 1, 3, 17, 38), seed + 2))))
    case.call("image_features", "method", cls, method="get_image_features", inputs=dict(
        pixel_values="in.padded.pixel_values", pixel_attention_mask="in.padded.pixel_attention_mask"), still=("pixel_attention_mask",))


TWO, ONE = "a <image> and <image>?", "<image> tell"
record("idefics3", "Idefics3: two pictures in a text and one in the other; tied words; 3 × 3 patches a token.", 701, 3, True,
       dict(size=dict(height=20, width=40), max_image_size=dict(longest_edge=24), resample=3),
       dict(several=([TWO, ONE], ("photo.png", "drawing.png", "drawing.png"), {})))
