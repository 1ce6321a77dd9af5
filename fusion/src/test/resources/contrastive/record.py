"""What Hugging Face makes of the golden pictures with labels and captions: expected.json beside this file.

    python record.py       transformers 4.57.6, PyTorch 2.7.1

SigLIP's tokenizer gives no mask here: the model sees what texts are filled up with, as it did when it was trained.
"""

import json
import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from PIL import Image
from transformers import AutoModel, AutoProcessor, pipeline

HERE = Path(__file__).resolve().parent
LABELS = ["a cat", "two dogs", "the car", "a man in a park"]
TEMPLATES = ["a photo of {}.", "the {}", "{} on the table"]
CAPTIONS = ["a cat on the table", "two dogs are running in the park"]
REFERENCES = [["a photo of a cat", "the man with a car"], ["what is the colour of the dogs ?"]]
PICTURES = ["photo.png", "drawing.png"]


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


def texts(model, processor, sentences, padding):
    ids = processor.tokenizer(sentences, return_tensors="pt", truncation=True, max_length=model.config.text_config.
                              max_position_embeddings, **padding)
    return unit(model.get_text_features(**ids))


def record(case, padding, probabilities):
    folder = HERE.parent / "goldens" / case
    model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    processor = AutoProcessor.from_pretrained(folder, use_fast=False)
    if "siglip" in case:
        processor.tokenizer.model_input_names = ["input_ids"]
    pictures = [Image.open(folder / name).convert("RGB") for name in PICTURES]
    images = unit(model.get_image_features(**processor.image_processor(pictures, return_tensors="pt")))
    zero_shot = pipeline("zero-shot-image-classification", model=model, tokenizer=processor.tokenizer,
                         image_processor=processor.image_processor, device="cpu")
    kwargs = dict(tokenizer_kwargs=padding | dict(truncation=True, max_length=model.config.text_config.
                                                  max_position_embeddings))
    single = [zero_shot(picture, candidate_labels=LABELS, **kwargs) for picture in pictures]
    means = [unit(texts(model, processor, [t.format(label) for t in TEMPLATES], padding).mean(0)) for label in LABELS]
    logits = images @ torch.stack(means).T * model.logit_scale.exp()
    if hasattr(model, "logit_bias"):
        logits = logits + model.logit_bias
    captions = texts(model, processor, ["A photo depicts " + c for c in CAPTIONS], padding)
    scores = 2.5 * (images * captions).sum(-1).clamp(min=0)
    known = [texts(model, processor, ["A photo depicts " + r for r in some], padding) for some in REFERENCES]
    nearest = [max(0, (some @ caption).max().item()) for caption, some in zip(captions, known)]
    return {
        "zero_shot": [{row["label"]: row["score"] for row in rows} for rows in single],
        "ensemble": [dict(zip(LABELS, row)) for row in probabilities(logits).tolist()],
        "images": images.tolist(),
        "captions": texts(model, processor, CAPTIONS, padding).tolist(),
        "clip_score": scores.tolist(),
        "ref_clip_score": [0 if a + b == 0 else 2 * a * b / (a + b) for a, b in zip(scores.tolist(), nearest)],
    }


with torch.no_grad():
    expected = {
        "clip/quick_gelu": record("clip/quick_gelu", dict(padding=True), lambda x: x.softmax(-1)),
        "siglip/base": record("siglip/base", dict(padding="max_length"), torch.sigmoid),
    }
(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
