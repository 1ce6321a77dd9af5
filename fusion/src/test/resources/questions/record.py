"""What Hugging Face answers and matches on the golden pictures, one text at a time: expected.json beside this file.

    python record.py       transformers 4.57.6, PyTorch 2.7.1
"""

import json
import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from PIL import Image
from transformers import BlipForImageTextRetrieval, BlipForQuestionAnswering, BlipProcessor, pipeline

HERE = Path(__file__).resolve().parent
PICTURES = ["photo.png", "drawing.png"]
QUESTIONS = ["what is on the table ?", "is the cat sleeping ?", "how many dogs ?", "where is the man in the park ?"]
CHOICES = ["yes", "no", "two cats", "on the table in the park", "a dog"]
TEXTS = ["a photo of a cat on the table", "two dogs", "the man is in the park with a car", "a cat"]
OPTIONS = dict(do_sample=False, max_length=10, return_dict_in_generate=True, output_scores=True)


def loaded(kind, case):
    folder = HERE.parent / "goldens" / case
    model = kind.from_pretrained(folder, attn_implementation="eager").eval()
    processor = BlipProcessor.from_pretrained(folder, use_fast=False)
    return model, processor, [Image.open(folder / name).convert("RGB") for name in PICTURES]


def tokens_scores(model, out):
    """The log-probability of each new token of the first sequence, the one that ends it included."""
    return model.text_decoder.compute_transition_scores(
        out.sequences, out.scores, getattr(out, "beam_indices", None), normalize_logits=True)


def answer(model, processor, inputs, beams, count):
    out = model.generate(**inputs, **OPTIONS, num_beams=beams, num_return_sequences=count)
    rows = []
    for row, scores in zip(out.sequences, tokens_scores(model, out)):
        new = row[1:].tolist()
        end = model.config.text_config.sep_token_id
        length = new.index(end) + 1 if end in new else len(new)
        each = scores[:length]
        rows.append({"text": processor.decode(row, skip_special_tokens=True), "score": each.mean().item(),
                     "sum": each.sum().item()})
    return rows


def likelihoods(model, processor, inputs):
    """The sum of the log-probabilities of each choice's tokens and of the one that ends it."""
    config = model.config.text_config
    picture = model.vision_model(inputs["pixel_values"])[0]
    question = model.text_encoder(inputs["input_ids"], encoder_hidden_states=picture)[0]
    sums = {}
    for choice in CHOICES:
        ids = processor.tokenizer(choice, add_special_tokens=False)["input_ids"]
        ids = torch.tensor([[config.bos_token_id] + ids + [config.sep_token_id]])
        logits = model.text_decoder(ids, encoder_hidden_states=question).logits
        each = logits[0, :-1].log_softmax(-1).gather(1, ids[0, 1:, None])
        sums[choice] = each.sum().item()
    return sums


@torch.no_grad()
def questions():
    model, processor, pictures = loaded(BlipForQuestionAnswering, "blip_vqa/base")
    recorded = []
    for picture, name in zip(pictures, PICTURES):
        for question in QUESTIONS:
            inputs = processor(images=picture, text=question, return_tensors="pt")
            recorded.append({
                "picture": name, "question": question,
                "greedy": answer(model, processor, inputs, 1, 1)[0],
                "best": answer(model, processor, inputs, 3, 3),
                "choices": likelihoods(model, processor, inputs),
            })
    return recorded


@torch.no_grad()
def matches():
    model, processor, pictures = loaded(BlipForImageTextRetrieval, "blip_itm/base")
    recorded = []
    for picture, name in zip(pictures, PICTURES):
        for text in TEXTS:
            inputs = processor(images=picture, text=text, return_tensors="pt")
            recorded.append({
                "picture": name, "text": text,
                "probability": model(**inputs).itm_score.softmax(-1)[0, 1].item(),
                "cosine": model(**inputs, use_itm_head=False).itm_score[0, 0].item(),
            })
    return recorded


def choices():
    """Those of a ViLT, best first, by the reference's pipeline."""
    folder = HERE.parent / "goldens" / "vilt" / "vqa"
    ask = pipeline("visual-question-answering", model=str(folder), device="cpu", use_fast=False)
    return [{"picture": name, "question": question,
             "answers": ask(image=Image.open(folder / name).convert("RGB"), question=question, top_k=7)}
            for name in ("photo.png", "photo_tall.png") for question in QUESTIONS]


if __name__ == "__main__":
    recorded = {"questions": questions(), "choices": choices(), "matches": matches()}
    (HERE / "expected.json").write_text(json.dumps(recorded, indent=1) + "\n")
