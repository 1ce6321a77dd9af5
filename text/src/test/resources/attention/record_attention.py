"""Records what attention weights Hugging Face transformers gives for texts, as expected.json beside this file.

    python record_attention.py        # transformers 4.57.6, torch 2.7.1, CPU; the checkpoints are those of ../tasks
"""
import json
from pathlib import Path

import torch
from transformers import AutoConfig, AutoTokenizer
import transformers

HERE = Path(__file__).parent
TEXT = "I met 年 friends"
CASES = [
    ("bert_words", "The cat, sleeping", None),
    ("roberta_words", TEXT, None),
    ("stories", TEXT, None),
    ("chats", TEXT, None),
    ("tales", TEXT, None),
    ("translations", "The cat sat", "Die Katze"),
    ("prefixes", "The cat sat", "It was"),
    ("summaries", "The cat sat", "It was"),
]


def sampled(attentions: tuple, queries: list, keys: list) -> dict:
    """Of all layers and heads, the second head of the first layer and the first head of the last."""
    assert attentions[0].shape[2:] == (len(queries), len(keys))
    rounded = lambda matrix: [[round(value, 6) for value in row] for row in matrix.tolist()]
    return {
        "layers": len(attentions),
        "heads": attentions[0].shape[1],
        "queries": queries,
        "keys": keys,
        "first": rounded(attentions[0][0, 1]),
        "last": rounded(attentions[-1][0, 0]),
    }


@torch.no_grad()
def recorded(name: str, text: str, target: str | None) -> dict:
    folder = HERE.parent / "tasks" / name
    architecture = getattr(transformers, AutoConfig.from_pretrained(folder).architectures[0])
    model = architecture.from_pretrained(folder, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer(text, return_tensors="pt").input_ids
    tokens = tokenizer.convert_ids_to_tokens(ids[0])
    if target is None:
        kind = "WRITING" if model.can_generate() else "READING"
        attentions = model(ids, output_attentions=True).attentions
        return {"checkpoint": name, "text": text, "stacks": {kind: sampled(attentions, tokens, tokens)}}
    labels = tokenizer(text_target=target, return_tensors="pt").input_ids
    begun = model.prepare_decoder_input_ids_from_labels(labels)
    written = tokenizer.convert_ids_to_tokens(begun[0])
    outputs = model(ids, decoder_input_ids=begun, output_attentions=True)
    stacks = {
        "READING": sampled(outputs.encoder_attentions, tokens, tokens),
        "WRITING": sampled(outputs.decoder_attentions, written, written),
        "CROSS": sampled(outputs.cross_attentions, written, tokens),
    }
    return {"checkpoint": name, "text": text, "target": target, "stacks": stacks}


def main() -> None:
    cases = ",\n".join(json.dumps(recorded(*case), ensure_ascii=False) for case in CASES)
    (HERE / "expected.json").write_text("[\n" + cases + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
