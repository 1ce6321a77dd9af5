"""Cases of BLIP beside those of make_goldens.py's own table: towers of different widths, pictures of other sizes than the vision
tower was made for, texts without a mask, and smoothed labels.

    python blip.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import torch
import transformers as hf
from common import Case, add_generation, generation_ok, generation_request, generator, randint, randomise, save_model, search
from common import tensors_of

TRACES = dict(output_hidden_states=True, output_attentions=True)
END = 3
LARGER = dict(interpolate_pos_encoding=True)
RIGHT = torch.tensor([[1] * 6, [1] * 3 + [0] * 3])
LEFT = RIGHT.flip(1)
VISION = dict(hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=3, image_size=16, patch_size=4)
TEXT = dict(vocab_size=50, hidden_size=12, intermediate_size=28, num_hidden_layers=2, num_attention_heads=2,
            max_position_embeddings=14, bos_token_id=48, sep_token_id=END, pad_token_id=0)


def pixels(seed, height=16, width=16):
    return torch.randn(2, 3, height, width, generator=generator(seed))


def blip(cls, vision={}, text={}, **more):
    return getattr(hf, cls)(hf.BlipConfig(vision_config=dict(VISION, **vision), text_config=dict(TEXT, **text), **more))


def started(family, name, about, seed):
    case = Case(sys.argv[2], family, name, "library", seed)
    case.about = about
    return case


def questions():
    cls = "BlipForQuestionAnswering"
    case = started("blip_vqa", "smoothed", "Smoothed labels; larger pictures; questions padded before, or without a mask.", 501)
    ids, answers = randint(4, 47, (2, 6), 502), randint(4, 47, (2, 5), 503)
    labels = torch.where(torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]) == 1, answers, -100)
    usual = dict(pixel_values=pixels(504), input_ids=ids)
    larger = dict(pixel_values=pixels(505, 24, 20), input_ids=ids, attention_mask=LEFT)
    named = lambda call, inputs: {key: case.tensor(f"{call}.{key}", value) for key, value in inputs.items()}
    requests = [generation_request("greedy", named("greedy", usual), dict(max_length=12)),
                generation_request("larger", named("larger", larger), dict(num_beams=2, max_length=12, **LARGER))]
    text = dict(label_smoothing=0.1, hidden_act="gelu_new", layer_norm_eps=1e-5)
    build = lambda seed: randomise(blip(cls, text=text), seed, gain=1.5, embed_std=0.3, pos_std=1.5, eos_rows=[END])
    save_model(case, search(build, lambda model: generation_ok(model, tensors_of(case, requests), END), 501))
    seen = ["loss", "last_hidden_state", "image_embeds"]
    case.call("forward", "forward", cls, options=TRACES, keep=seen + ["hidden_states*", "attentions*"], inputs=dict(
        usual, attention_mask=RIGHT, decoder_input_ids=answers, labels=labels))
    case.call("from_labels", "forward", cls, options=LARGER, keep=seen, inputs=dict(larger, labels=answers))
    case.call("without_mask", "forward", cls, options={}, keep=seen, inputs=dict(usual, labels=answers))
    add_generation(case, cls, requests)
    case.finish()


def pairs():
    cls = "BlipForImageTextRetrieval"
    case = started("blip_itm", "wider_vision", "A vision tower wider than the texts' encoder; larger pictures.", 511)
    save_model(case, randomise(blip(cls, vision=dict(hidden_size=18), image_text_hidden_size=7), 511))
    ids = randint(4, 47, (2, 6), 512)
    inputs = dict(pixel_values=pixels(513), input_ids=ids, attention_mask=RIGHT)
    kept = ["itm_score", "question_embeds", "last_hidden_state"]
    for name, head in ("itm", True), ("itc", False):
        case.call(name, "forward", cls, options=dict(TRACES, use_itm_head=head), inputs=inputs,
                  keep=kept + ["hidden_states*", "attentions*"])
    case.call("larger", "forward", cls, options=LARGER, inputs=dict(pixel_values=pixels(514, 24, 20), input_ids=ids), keep=kept)
    case.finish()


questions()
pairs()
