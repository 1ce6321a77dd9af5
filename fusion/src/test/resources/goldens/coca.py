"""CoCa as open_clip computes it: vectors, similarities, scores of a text's words, likeliest captions, pictures, ids.

    python coca.py ORACLE TOKENIZER OUT     the folder of make_goldens.py, one with CLIP's tokenizer and two pictures,
                                            and the one that gets coca/CASE/

open_clip_torch 3.3.0, torchvision 0.22.1.
"""

import json
import os
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import torch
import transformers

transformers.BeamSearchScorer = None  # transformers 4.57 has none; open_clip wants to see it before it generates at all

from common import randn
from open_clip.coca_model import CoCa
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image
from safetensors.torch import save_file
from transformers import CLIPTokenizer

TOLERANCE = {"atol": 1e-4, "rtol": 1e-4}
MEAN, STD = [0.5, 0.4, 0.3], [0.2, 0.3, 0.25]


def randomised(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if name in ("logit_scale", "logit_bias"):
                parameter.copy_(parameter.half())
                continue
            scale = 0.5 if "embedding" in name or "query" in name or "cls_emb" in name else parameter.shape[-1] ** -0.5
            one = 1.0 if parameter.dim() == 1 and name.endswith("weight") else 0.0
            parameter.copy_((one + (0.2 if parameter.dim() == 1 else 1.2 * scale) * noise).half())
    return model.eval()


class Case:
    def __init__(self, name, about, seed, config):
        self.folder = os.path.join(sys.argv[3], "coca", name)
        os.makedirs(self.folder, exist_ok=True)
        self.model = randomised(CoCa(**{k: v for k, v in config.items() if k != "custom_text"}), seed)
        self.config, self.tensors, self.calls = config, {}, []
        self.golden = dict(format=1, family="coca", case=name, variant="library", seed=seed, about=about, notes=[],
                           transformers="4.57.6", torch="2.7.1", calls=self.calls)
        weights = {k: v.half().contiguous() for k, v in self.model.state_dict().items()}
        save_file(weights, os.path.join(self.folder, "open_clip_model.safetensors"), metadata={"format": "pt"})
        size = config["vision_cfg"]["image_size"]
        self.preprocess = dict(mean=MEAN, std=STD, interpolation="bicubic", resize_mode="shortest")
        self.transform = image_transform_v2(PreprocessCfg(size=size, **self.preprocess), is_train=False)
        self.json("open_clip_config.json", {"model_cfg": config, "preprocess_cfg": self.preprocess})

    def json(self, name, value):
        with open(os.path.join(self.folder, name), "w") as file:
            json.dump(value, file, indent=1)
            file.write("\n")

    def call(self, name, op, cls, inputs, outputs, options=None, **more):
        call = {"name": name, "op": op, "class": cls, "inputs": {}, "outputs": {}, "tolerance": TOLERANCE, **more}
        for key, value in inputs.items():
            tensor = f"in.{key}.{len(value)}"
            self.tensors[tensor] = value.contiguous().clone()
            call["inputs"][key] = tensor
        for key, value in outputs.items():
            self.tensors[f"{name}.{key}"] = value.contiguous().clone()
            call["outputs"][key] = f"{name}.{key}"
        if options is not None:
            call["options"] = options
        self.calls.append(call)

    def record(self, image, text):
        model = self.model
        with torch.no_grad():
            pictures, texts = model.encode_image(image), model.encode_text(text)
            if pictures.dim() == 3:
                pictures = pictures[:, 0]
            similarity = model.logit_scale.exp() * pictures @ texts.T
            if model.logit_bias is not None:
                similarity = similarity + model.logit_bias
            self.call("compare", "forward", "CoCa", dict(image=image, text=text),
                      dict(image_features=pictures, text_features=texts, logits_per_image=similarity), {})
            one_each = dict(image=image, text=text[:len(image)])
            self.call("logits", "forward", "CoCa.generate", one_each, dict(logits=model(**one_each)["logits"]), {})
            vocabulary = self.config["text_cfg"]["vocab_size"]
            options = dict(generation_type="top_k", top_k=1, seq_len=11, min_seq_len=4,
                           sot_token_id=vocabulary - 2, eos_token_id=vocabulary - 1)
            ids = model.generate(image, **options)
            print(self.folder, ids.tolist())
            self.call("likeliest", "generate", "CoCa.generate", dict(image=image), dict(sequences=ids), options)

    def finish(self):
        save_file(self.tensors, os.path.join(self.folder, "golden.safetensors"))
        self.json("golden.json", self.golden)


def texts(vocabulary, seed):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(1, vocabulary - 2, (3, 12), generator=generator)
    ids[:, 0] = vocabulary - 2
    for row, length in enumerate((12, 7, 4)):
        ids[row, length - 1] = vocabulary - 1
        ids[row, length:] = 0
    return ids


one = dict(
    embed_dim=24,
    vision_cfg=dict(image_size=20, patch_size=5, layers=2, width=32, head_width=8, mlp_ratio=2.5, attentional_pool=True,
                    attn_pooler_queries=6, attn_pooler_heads=3, output_tokens=True),
    text_cfg=dict(context_length=12, vocab_size=61, width=24, heads=3, layers=2, embed_cls=True, output_tokens=True),
    multimodal_cfg=dict(context_length=12, vocab_size=61, width=24, heads=2, layers=2, attn_pooler_heads=3),
    custom_text=True)
two = dict(
    embed_dim=24, quick_gelu=True, init_logit_scale=1.5, init_logit_bias=-2.0, nonscalar_logit_scale=True,
    vision_cfg=dict(image_size=16, patch_size=4, layers=1, width=24, head_width=12, attentional_pool="parallel",
                    attn_pooler_queries=5, attn_pooler_heads=4, no_ln_pre=True, patch_dropout=0.3, ls_init_value=0.1,
                    norm_kwargs=dict(eps=1e-3), output_tokens=True),
    text_cfg=dict(context_length=14, vocab_size=53, width=24, heads=2, layers=2, embed_cls=True, proj_type="none",
                  ls_init_value=0.1, mlp_ratio=2, output_tokens=True),
    multimodal_cfg=dict(context_length=12, vocab_size=53, width=24, heads=4, layers=1, ls_init_value=0.1),
    custom_text=True)
three = dict(
    embed_dim=20,
    vision_cfg=dict(image_size=12, patch_size=4, layers=1, width=20, head_width=10, attentional_pool="cascade",
                    attn_pooler_queries=4, attn_pooler_heads=2, act_kwargs=dict(approximate="tanh"), output_tokens=True),
    text_cfg=dict(context_length=12, vocab_size=47, width=20, heads=2, layers=1, embed_cls=True, proj_bias=True,
                  norm_kwargs=dict(eps=1e-4), pad_id=0, output_tokens=True),
    multimodal_cfg=dict(context_length=13, vocab_size=47, width=20, heads=5, layers=3),
    custom_text=True)
four = dict(
    embed_dim=12,
    vision_cfg=dict(image_size=12, patch_size=6, layers=2, width=16, head_width=8, pool_type="avg", final_ln_after_pool=True,
                    output_tokens=True),
    text_cfg=dict(context_length=12, vocab_size=50, width=16, heads=2, layers=1, embed_cls=True, output_tokens=True),
    multimodal_cfg=dict(context_length=12, vocab_size=50, width=16, heads=2, layers=2),
    custom_text=True)

ABOUT = {"queries": "One set of queries, of which the first is compared.",
         "parallel": "A second query beside the others; quick GELU, layer scales, a bias of the scores, no text projection.",
         "cascade": "A second query behind the others; GELU by tanh, a text projection with a bias.",
         "patches": "No queries: the decoder asks the patches; their mean is compared, and normalised alone."}

for seed, (name, config) in enumerate(zip(ABOUT, (one, two, three, four)), 81):
    case = Case(name, ABOUT[name], seed, config)
    size = config["vision_cfg"]["image_size"]
    case.record(randn((3, 3, size, size), seed), texts(config["text_cfg"]["vocab_size"], seed))
    case.finish()

words = CLIPTokenizer.from_pretrained(sys.argv[2])
sized = json.loads(json.dumps(one))
sized["text_cfg"]["vocab_size"] = sized["multimodal_cfg"]["vocab_size"] = len(words)
case = Case("tasks", "With a tokenizer and pictures: what the tasks give.", 90, sized)
for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
    shutil.copy(os.path.join(sys.argv[2], name), case.folder)
case.json("generation_config.json", {"bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id,
                                     "max_length": 11, "min_length": 4})
pictures = ("photo.png", "drawing.png")
for name in pictures:
    shutil.copy(os.path.join(sys.argv[2], name), case.folder)
images = torch.stack([case.transform(Image.open(os.path.join(case.folder, name)).convert("RGB")) for name in pictures])
case.call("pictures", "image_processor", None, {}, dict(pixel_values=images), {}, images=list(pictures))
del case.calls[-1]["class"]
TEXTS = ["a photo of a cat", "two dogs on the grass", "a"]
ids = torch.zeros((3, 12), dtype=torch.long)
for row, text in enumerate(TEXTS):
    its = words(text)["input_ids"]
    its = its if len(its) <= 12 else its[:11] + [words.eos_token_id]
    ids[row, :len(its)] = torch.tensor(its)
case.record(images, ids)
case.golden["texts"] = TEXTS
case.finish()
