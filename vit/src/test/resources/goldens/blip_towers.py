"""The vision towers of BLIP and BLIP-2.

    python blip_towers.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import torch
import transformers as hf
from common import Case, randn, randomise, save_model

TRACES = dict(output_hidden_states=True, output_attentions=True)
KEPT = ["last_hidden_state", "pooler_output", "hidden_states*", "attentions*"]
TINY = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=30,
            patch_size=10)


def case(family, name, about, seed, model, calls):
    case = Case(sys.argv[2], family, name, "library", seed)
    case.about = about
    randomise(model, seed)
    save_model(case, model)
    for call in calls:
        pixels = randn(call.get("input", (2, 3, 30, 30)), seed + 1)
        case.call(call["name"], "forward", call["model"], inputs={"pixel_values": pixels}, keep=call["keep"],
                  options=call["options"])
    case.finish()


def calls(model):
    return [dict(name="features", model=model, keep=KEPT, options=TRACES),
            dict(name="interpolated", model=model, keep=["last_hidden_state", "pooler_output"], input=(1, 3, 40, 50),
                 options=dict(interpolate_pos_encoding=True))]


torch.manual_seed(0)
vision = hf.BlipVisionConfig(**TINY, hidden_act="quick_gelu", layer_norm_eps=1e-4)
case("blip_vision", "tower", "BLIP's vision tower alone.", 51, hf.BlipVisionModel(vision), calls("BlipVisionModel"))
blip2 = hf.Blip2VisionConfig(**TINY)
case("blip_2_vision", "tower", "BLIP-2's vision tower alone.", 53, hf.Blip2VisionModel(blip2), calls("Blip2VisionModel"))
case("blip_2_vision", "without_bias", "Queries, keys and values without biases.", 54,
     hf.Blip2VisionModel(hf.Blip2VisionConfig(**TINY, qkv_bias=False)), calls("Blip2VisionModel"))
