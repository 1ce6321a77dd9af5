"""CLIP and SigLIP with the stages that the reference gives, masks, positions, and pictures of another size.

    python contrastive.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import torch
import transformers as hf
from common import Case, randint, randn, randomise, save_model

TRACES = dict(output_hidden_states=True, output_attentions=True)
EMBEDS = ["image_embeds", "text_embeds", "logits_per_image", "logits_per_text"]
STAGES = ["text_model_output.*", "vision_model_output.*"]
TEXT = dict(vocab_size=50, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
            max_position_embeddings=11)
VISION = dict(num_hidden_layers=3, num_attention_heads=2, intermediate_size=20, image_size=8, patch_size=4)
END = 47
TEXTS = torch.tensor([[5, 9, 30, END, 48, 48, 48], [6, END, 1, 1, 1, 1, 1], [7, 8, 49, 10, 11, 12, END]])
MASK = torch.tensor([[1, 1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0], [1, 0, 1, 1, 0, 1, 1]])
PIXELS = randn((2, 3, 8, 8), 31)
LARGER = randn((1, 3, 16, 12), 32)


def case(family, about, seed, model):
    case = Case(sys.argv[2], family, "stages", "library", seed)
    case.about = about
    save_model(case, randomise(model, seed))
    cls = type(model).__name__
    both = dict(input_ids=TEXTS, pixel_values=PIXELS)
    interpolated = dict(interpolate_pos_encoding=True)
    case.call("traced", "forward", cls, inputs=both, keep=EMBEDS + STAGES, options=TRACES)
    case.call("masked", "forward", cls, inputs=dict(both, attention_mask=MASK), keep=EMBEDS, options={})
    places = randint(0, 11, (3, 7), 33)
    case.call("positions", "forward", cls, inputs=dict(both, position_ids=places), keep=EMBEDS, options={})
    case.call("larger", "forward", cls, inputs=dict(input_ids=TEXTS, pixel_values=LARGER), keep=EMBEDS, options=interpolated)
    case.call("larger_alone", "method", cls, inputs=dict(pixel_values=LARGER), method="get_image_features",
              options=interpolated)
    case.call("texts_masked", "method", cls, inputs=dict(input_ids=TEXTS, attention_mask=MASK), method="get_text_features")
    case.finish()


case("clip", "Towers of different width and depth; a logit scale other than the usual.", 71, hf.CLIPModel(
    hf.CLIPConfig.from_text_vision_configs(
        hf.CLIPTextConfig(**TEXT, eos_token_id=END, pad_token_id=1, bos_token_id=0),
        hf.CLIPVisionConfig(**VISION, hidden_size=16), projection_dim=10, logit_scale_init_value=1.5)))

case("siglip", "Towers of different width and depth, joined by the text tower's projection.", 72, hf.SiglipModel(
    hf.SiglipConfig.from_text_vision_configs(
        hf.SiglipTextConfig(**TEXT, pad_token_id=1, projection_size=16),
        hf.SiglipVisionConfig(**VISION, hidden_size=16))))
