"""Where Hugging Face transformers ends a sequence for a stop string, over a small vocabulary of texts.

    pip install transformers==4.57.6 torch==2.7.1
    python stops.py generation/stops.json
"""

import json
import random
import sys

import torch
from transformers.generation.stopping_criteria import StopStringCriteria

VOCABULARY = ["abcdef", "a", "b", "ab", "ba", "abb", "st", "op", "stop", "opera", "las", "topper", "s", "to", "pped", " ",
              "\n", "\n\n", ".", " stop", "p", "o", "t", "aba", "p.\n", "é", "né"]
STOPS = ["stop", "\n", "ab", "abab", ".", " ", "p.", "né", "\n\n", "stopst", "baab"]


class Pieces:
    """A tokenizer whose tokens are their own texts."""

    def get_vocab(self):
        return {text: id for id, text in enumerate(VOCABULARY)}

    def __call__(self, text, **kwargs):
        return {"input_ids": [VOCABULARY.index(text)]}

    def _convert_id_to_token(self, id):
        return VOCABULARY[id]

    def convert_tokens_to_string(self, tokens):
        return "".join(tokens)


def main(file):
    rng = random.Random(5)
    cases = []
    for _ in range(300):
        stops = rng.sample(STOPS, rng.randint(1, 3))
        pieces = rng.sample(range(1, len(VOCABULARY)), 6)
        ids = [rng.choice(pieces) for _ in range(rng.randint(2, 14))]
        criteria = StopStringCriteria(Pieces(), stops)
        ends = [n for n in range(1, len(ids) + 1) if bool(criteria(torch.tensor([ids[:n]]), None)[0])]
        cases.append({"stops": stops, "ids": ids, "ends": ends})
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    with open(file, "w") as out:
        out.write(f'{{"vocabulary": {json.dumps(VOCABULARY)},\n"sequences": [\n{lines}]}}\n')


if __name__ == "__main__":
    main(sys.argv[1])
