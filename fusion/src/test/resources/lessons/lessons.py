"""Losses that Hugging Face transformers computes of the pictures and captions beside this file.

    python lessons.py GOLDENS        the folder goldens of this module's test resources

Written with transformers 4.57.6 and PyTorch 2.7.1 on the CPU. The forward passes of GitForCausalLM and VisionEncoderDecoderModel
shift the labels a second time in this version, so that a token would be told from the one before the last; of these two, the
loss is torch's cross-entropy of the reference's logits and the tokens that follow, as their own papers and earlier versions have it.
"""

import json
import pathlib
import sys

import torch
import torch.nn.functional as F
import transformers as hf
from PIL import Image

GOLDENS = pathlib.Path(sys.argv[1])
CAPTIONS = ["a cat on the table", "two dogs are running in the park"]


def inputs(folder):
    pictures = [Image.open(GOLDENS / folder / name).convert("RGB") for name in ("photo.png", "drawing.png")]
    processor = hf.AutoImageProcessor.from_pretrained(GOLDENS / folder, use_fast=False)
    return processor(pictures, return_tensors="pt").pixel_values, hf.AutoTokenizer.from_pretrained(GOLDENS / folder)


def padded(rows, filling):
    longest = max(map(len, rows))
    return torch.tensor([row + [filling] * (longest - len(row)) for row in rows])


def blip(folder, smoothing):
    pixels, tokenizer = inputs(folder)
    model = hf.BlipForConditionalGeneration.from_pretrained(GOLDENS / folder).eval()
    model.text_decoder.label_smoothing = smoothing
    rows = [[model.decoder_input_ids] + tokenizer(text).input_ids[1:] for text in CAPTIONS]
    ids, labels = padded(rows, 0), padded(rows, -100)
    return model(pixel_values=pixels, input_ids=ids, attention_mask=(labels >= 0).long(), labels=labels).loss


def git(folder):
    pixels, tokenizer = inputs(folder)
    model = hf.GitForCausalLM.from_pretrained(GOLDENS / folder).eval()
    rows = [tokenizer(text).input_ids for text in CAPTIONS]
    ids, labels = padded(rows, 0), padded(rows, -100)
    logits = model(pixel_values=pixels, input_ids=ids, attention_mask=(labels >= 0).long()).logits[:, -ids.shape[1]:]
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())


def encoder_decoder(folder):
    pixels, tokenizer = inputs(folder)
    model = hf.VisionEncoderDecoderModel.from_pretrained(GOLDENS / folder).eval()
    start, end = model.generation_config.decoder_start_token_id, model.generation_config.eos_token_id
    model.config.decoder_start_token_id, model.config.pad_token_id = start, model.generation_config.pad_token_id
    rows = [tokenizer(text).input_ids for text in CAPTIONS]
    rows = [row[1:] if row[0] == start else row for row in rows]
    labels = padded([row if row[-1] == end else row + [end] for row in rows], -100)
    logits = model(pixel_values=pixels, labels=labels).logits
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten())


def contrastive(folder, padding):
    pixels, tokenizer = inputs(folder)
    model = hf.AutoModel.from_pretrained(GOLDENS / folder).eval()
    ids = tokenizer(CAPTIONS, padding=padding, return_tensors="pt").input_ids  # Siglip's processor gives no mask
    return model(pixel_values=pixels, input_ids=ids, return_loss=True).loss


with torch.no_grad():
    losses = {
        "blip_caption/base": blip("blip_caption/base", 0.0),
        "blip_caption/base smoothed": blip("blip_caption/base", 0.1),
        "git/base": git("git/base"),
        "vision_encoder_decoder/vit_gpt2": encoder_decoder("vision_encoder_decoder/vit_gpt2"),
        "vision_encoder_decoder/vit_trocr": encoder_decoder("vision_encoder_decoder/vit_trocr"),
        "clip/quick_gelu": contrastive("clip/quick_gelu", True),
        "siglip/base": contrastive("siglip/base", "max_length"),
    }
text = {"captions": CAPTIONS, "losses": {name: loss.item() for name, loss in losses.items()}}
(pathlib.Path(__file__).parent / "losses.json").write_text(json.dumps(text, indent=1) + "\n")
