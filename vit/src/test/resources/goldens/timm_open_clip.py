"""Cases of checkpoints as timm and open_clip save them. timm's go through transformers' own wrapper of it; open_clip's
come from open_clip itself, since transformers doesn't read them: its model as the class CLIP, its transforms under the
name of timm's, which do the same.

    pip install timm==1.0.31 open_clip_torch==3.3.0
    python timm_open_clip.py ORACLE OUT       the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import images
import open_clip
import timm
import torch
import transformers as hf
from common import Case, randn, randomise
from open_clip.transform import PreprocessCfg, image_transform_v2
from safetensors.torch import load_file, save_file

EXACT = {"atol": 0, "rtol": 0}
PICTURES = ("photo.png", "drawing.png", "photo_tall.png")
TINY = dict(img_size=30, patch_size=10, embed_dim=24, depth=2, num_heads=3, mlp_ratio=2)


def timm_case(name, about, seed, architecture, classes=3, labels=None, pictures=None, **arguments):
    case = Case(sys.argv[2], "timm", name, "library", seed)
    case.about = about
    arguments = {**TINY, **arguments}
    model = timm.create_model(architecture, num_classes=classes, **arguments)
    randomise(model, seed)
    overlay = dict(input_size=(3, 30, 30), **(pictures or {}))
    config = dict(pretrained_cfg=overlay, **({"label_names": labels} if labels else {}))
    timm.models.save_for_hf(model, case.folder, model_config=config, model_args=arguments, safe_serialization=True)
    with open(f"{case.folder}/config.json", "r+") as f:
        config = json.load(f)
        config["model_args"].pop("num_classes")  # the wrapper gives it itself
        f.seek(0), f.truncate(), json.dump(config, f, indent=2)
    pixels = case.tensor("pixel_values", randn((2, 3, 30, 30), seed + 1))
    if classes:
        case.call("scores", "forward", "TimmWrapperForImageClassification", inputs={"pixel_values": pixels},
                  keep=["logits"])
    case.call("features", "forward", "TimmWrapperModel", inputs={"pixel_values": pixels},
              keep=["last_hidden_state", "pooler_output"])
    files = images.save_samples(case.folder, PICTURES)
    case.call("preprocess", "image_processor", "TimmWrapperImageProcessor", images=files, tolerance=EXACT)
    case.notes.append(f"timm {timm.__version__}")
    case.finish()


class CLIP(torch.nn.Module):
    """open_clip's model: encode_image, and what it projects."""

    @classmethod
    def from_pretrained(cls, folder, output_loading_info=False, **_):
        config = json.load(open(f"{folder}/open_clip_config.json"))
        self = cls()
        self.clip = open_clip.CLIP(**config["model_cfg"])
        info = self.clip.load_state_dict(load_file(f"{folder}/open_clip_model.safetensors"), strict=True)
        return self, {"missing_keys": info.missing_keys, "mismatched_keys": []}

    def forward(self, pixel_values):
        pooled = []
        project = self.clip.visual._pool
        self.clip.visual._pool = lambda x: pooled.append(project(x)) or pooled[-1]
        embeds = self.clip.encode_image(pixel_values)
        self.clip.visual._pool = project
        return {"image_embeds": embeds, "pooler_output": pooled[0][0]}


class CLIPImageTransform:
    @classmethod
    def from_pretrained(cls, folder):
        config = json.load(open(f"{folder}/open_clip_config.json"))
        self = cls()
        size = config["model_cfg"]["vision_cfg"]["image_size"]
        self.transform = image_transform_v2(PreprocessCfg(size=size, **config["preprocess_cfg"]), is_train=False)
        return self

    def __call__(self, pictures, return_tensors):
        return {"pixel_values": torch.stack([self.transform(picture) for picture in pictures])}


hf.CLIP = CLIP


def open_clip_case(name, about, seed, model, vision, preprocess):
    case = Case(sys.argv[2], "open_clip", name, "library", seed)
    case.about = about
    text = dict(context_length=12, vocab_size=40, width=16, heads=2, layers=1)
    tower = dict(dict(image_size=30, patch_size=10, width=24, layers=2, head_width=8, mlp_ratio=2), **vision)
    config = dict(model_cfg=dict(embed_dim=9, vision_cfg=tower, text_cfg=text, **model), preprocess_cfg=preprocess)
    with open(f"{case.folder}/open_clip_config.json", "w") as f:
        json.dump(config, f, indent=2)
    clip = randomise(open_clip.CLIP(**config["model_cfg"]), seed)
    save_file({k: v.contiguous() for k, v in clip.state_dict().items()}, f"{case.folder}/open_clip_model.safetensors",
              metadata={"format": "pt"})
    pixels = case.tensor("pixel_values", randn((2, 3, 30, 30), seed + 1))
    case.call("features", "forward", "CLIP", inputs={"pixel_values": pixels}, keep=["image_embeds", "pooler_output"])
    files = images.save_samples(case.folder, PICTURES)
    case.call("preprocess", "image_processor", "TimmWrapperImageProcessor", images=files, tolerance=EXACT)
    case.notes.append(f"open_clip {open_clip.__version__}")
    case.finish()


torch.manual_seed(0)
timm_case("vit", "A ViT: fused queries, keys and values; names of classes; an odd number of pixels to crop.", 31,
          "vit_tiny_patch16_224", labels=["cat", "dog", "car"], pictures=dict(crop_pct=0.9, interpolation="bicubic"))
timm_case("vit_mean", "A ViT whose last norm follows the mean of the patches.", 32, "vit_base_patch16_224",
          global_pool="avg", qkv_bias=False, pictures=dict(crop_pct=0.95, crop_mode="squash"))
timm_case("deit_distilled", "A DeiT with two heads.", 33, "deit_tiny_distilled_patch16_224",
          pictures=dict(crop_pct=0.875, interpolation="bilinear"))
timm_case("deit3", "A DeiT III: layer scale, and a class token without a position.", 34, "deit3_small_patch16_224",
          pictures=dict(crop_pct=1.0))
timm_case("clip", "A tower of CLIP without a head: a norm before the encoder, quick GELU.", 35,
          "vit_base_patch16_clip_quickgelu_224", classes=0)
timm_case("dinov2", "A DINOv2 without registers: layer scale.", 36, "vit_small_patch14_dinov2", classes=0)
hf.TimmWrapperImageProcessor = CLIPImageTransform
open_clip_case("clip", "A whole CLIP: a transposed projection.", 41, dict(), dict(), dict(
    mean=[0.48145466, 0.4578275, 0.40821073], std=[0.26862954, 0.26130258, 0.27577711], interpolation="bicubic",
    resize_mode="shortest"))
open_clip_case("quick_gelu", "OpenAI's activation; pictures squashed to the size.", 42, dict(quick_gelu=True),
               dict(norm_kwargs=dict(eps=1e-6)), dict(mean=[0.5, 0.5, 0.5], std=[0.5, 0.5, 0.5],
                                                      interpolation="bilinear", resize_mode="squash"))
