"""Records what pycocoevalcap 1.2 says of made-up captions: tokens, BLEU, ROUGE-L, CIDEr-D.

    pip install pycocoevalcap==1.2 numpy
    python captions.py captions.json

Its tokenizer starts Java. The captions were invented for this file; none is of a data set.
"""

import json
import random
import sys

from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

SEED = 20261123

PLACES = ["in the park", "on a wooden table", "near the old harbour", "under a bridge", "by the window", "in tall grass"]
SUBJECTS = ["A grey cat", "Two small dogs", "An elderly man", "A girl in a red coat", "Three cyclists", "The baker's son"]
DEEDS = ["is sleeping", "are waiting", "looks at a kite", "eats bread and cheese", "isn't moving", "plays the violin"]
ENDINGS = ["", ".", " .", "!", ", it seems.", " while it rains", " on a sunny day."]

TOKENIZED = [
    'A man says "hello" to the dogs\' keeper.',
    "They can't see it; we won't, and she cannot.",
    "I'm sure you're late, he'd said, but they'll wait: we've time.",
    "The sign reads 5:30pm - the shop closes at 6.",
    "About 1,000 balloons (red and blue) float away...",
    "A 20-year-old T-shirt [faded] with a well-known logo",
    "Tables and/or chairs -- some broken -- in front of the U.S. embassy on King St.",
    "Mr. Lee and Dr. Ray meet at 8 a.m. at the corner of 5th Ave.",
    "What is this?! A kite!!",
    "What is this? A kite!",
    "\u201cCurly\u201d quotes, a dash \u2014 and the dog\u2019s bone\u2026",
    "Caf\u00e9 stra\u00dfe \u00c5ngstr\u00f6m na\u00efve \u65e5\u672c\u8a9e \u043f\u0440\u0438\u0432\u0435\u0442",
    "A 'single quoted' word and 50% off, $5 each",
    "rows of #1 jerseys & player # 28 at www.example.org",
    "gonna rain, gotta run: 'tis five o'clock",
    "He sat in the sun. It was no. Then 3/4 of a pie.",
    "   spaces    and\ttabs   ",
    "ALL CAPITALS AND A FULL STOP.",
    "the sidewalk.Outside a man slip 'n' slides {twice}",
    "Couldn't've been Wednesday's bus",
]


def sentence(choice):
    return f"{choice.choice(SUBJECTS)} {choice.choice(DEEDS)} {choice.choice(PLACES)}{choice.choice(ENDINGS)}"


def drawn(choice, pictures, most):
    """References that share words, and candidates that are alike, longer, shorter or of another picture."""
    references, candidates = {}, {}
    for i in range(pictures):
        own = [sentence(choice) for _ in range(choice.randint(1, most))]
        words = choice.choice(own).split()
        candidates[f"p{i}.jpg"] = choice.choice(
            [
                " ".join(words),
                " ".join(words[: choice.randint(1, len(words))]),
                " ".join(words + words[1:4]),
                " ".join(choice.sample(words, len(words))),
                sentence(choice),
            ]
        )
        references[f"p{i}.jpg"] = own
    return references, candidates


def cases():
    choice = random.Random(SEED)
    yield "many pictures", *drawn(choice, 60, 6)
    yield "few pictures", *drawn(choice, 3, 5)
    yield "one reference each", *drawn(choice, 12, 1)
    yield "one picture alone", *drawn(choice, 1, 5)
    same = {f"{i}.png": [f"The {word} stands in the garden"] * 3 for i, word in enumerate(["chair", "horse", "tree"])}
    yield "identical captions", same, {name: captions[0] for name, captions in same.items()}
    references, candidates = drawn(choice, 8, 5)
    yield "empty candidates", references, {name: "." if i % 3 else text for i, (name, text) in enumerate(candidates.items())}
    yield "nothing but empty ones", {"a": ["?", "A boat"], "b": ["Two boats"]}, {"a": "!", "b": "."}
    yield "short ones", {"a": ["Boats", "Two boats", "A red boat"], "b": ["A tree"], "c": ["Snow"]}, {
        "a": "Boats",
        "b": "A tree",
        "c": "Snow falls on snow on snow",
    }
    yield "repeated words", {"a": ["the cat is on the mat", "there is a cat on the mat"], "b": ["a the a"]}, {
        "a": "the the the the the the the",
        "b": "a a a the the",
    }
    yield "other scripts", {
        "\u732b.jpg": ["\u732b \u304c \u7720\u308b", "\u9ed2\u3044 \u732b \u304c \u7720\u308b"],
        "caf\u00e9": ["Ein Caf\u00e9 in der Stra\u00dfe", "Das na\u00efve Caf\u00e9"],
        "\u043a\u043e\u0442": ["\u041a\u043e\u0442 \u0441\u043f\u0438\u0442 \u0434\u043e\u043c\u0430"],
    }, {
        "\u732b.jpg": "\u732b \u304c \u8d70\u308b",
        "caf\u00e9": "Ein na\u00efves Caf\u00e9 in der Stra\u00dfe",
        "\u043a\u043e\u0442": "\u043a\u043e\u0442 \u0441\u043f\u0438\u0442",
    }


def tokens(captions):
    """Of a dictionary of lists; as many blanks in a row as one."""
    split = PTBTokenizer().tokenize({k: [{"caption": c} for c in v] for k, v in captions.items()})
    return {k: [" ".join(c.split()) for c in v] for k, v in split.items()}


def scored(references, candidates):
    bleu, bleus = Bleu(4).compute_score(references, candidates, verbose=0)
    rouge, rouges = Rouge().compute_score(references, candidates)
    cider, ciders = Cider().compute_score(references, candidates)
    pictures = {
        name: {"bleu": [b[i] for b in bleus], "rougeL": float(rouges[i]), "ciderD": float(ciders[i])}
        for i, name in enumerate(references)
    }
    return {"whole": {"bleu": bleu, "rougeL": float(rouge), "ciderD": float(cider)}, "pictures": pictures}


def case(name, references, candidates):
    raw = {"references": references, "candidates": {k: [v] for k, v in candidates.items()}}
    split = {part: tokens(captions) for part, captions in raw.items()}
    return {"name": name, "captions": raw, "tokens": split, **scored(split["references"], split["candidates"])}


def main():
    split = [{"caption": caption, "tokens": tokens({0: [caption]})[0][0]} for caption in TOKENIZED]
    recorded = {"pycocoevalcap": "1.2", "seed": SEED, "tokenized": split, "cases": [case(*c) for c in cases()]}
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(recorded, file, ensure_ascii=False, indent=1)
        file.write("\n")


main()
