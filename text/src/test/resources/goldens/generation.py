"""Searches of Hugging Face transformers over a small table, for the generation engine: thousands of ways to combine options.

    pip install transformers==4.57.6 torch==2.7.1
    python generation.py generation/searches.json

The "model" is a table: the scores of what follows depend on the last two ids and on how many real tokens there are. So a search
shows nothing but what the options do. Rows are padded on the left, as a decoder-only model wants it.
"""

import json
import random
import sys

import torch
import transformers
from transformers import GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

SEED = 20261123
ROWS = 61
VOCABULARY = 37
PAD = 36
SEARCHES = 480


class TableConfig(PretrainedConfig):
    model_type = "table"


class TableModel(PreTrainedModel, GenerationMixin):
    config_class = TableConfig
    main_input_name = "input_ids"

    def __init__(self, table):
        super().__init__(TableConfig(vocab_size=VOCABULARY))
        self.table = torch.nn.Parameter(table, requires_grad=False)

    def prepare_inputs_for_generation(self, input_ids, attention_mask=None, **kwargs):
        return {"input_ids": input_ids, "attention_mask": attention_mask}

    def forward(self, input_ids, attention_mask=None, **kwargs):
        real = attention_mask.sum(-1)
        before = torch.where(real > 1, input_ids[:, max(input_ids.shape[1] - 2, 0)], 0)
        row = (7 * input_ids[:, -1] + 3 * before + real) % ROWS
        return CausalLMOutput(logits=self.table[row][:, None])


def chance(rng, probability, *values):
    return rng.choice(values) if rng.random() < probability else None


def ids(rng, most):
    return [rng.randrange(PAD) for _ in range(rng.randint(1, most))]


def options(rng, longest):
    """A random combination that the reference allows; None stands for what isn't set."""
    beams = rng.choice([1, 1, 2, 3, 4, 5])
    o = {"num_beams": beams, "do_sample": False}
    most = rng.randint(1, 14)
    total = rng.random() < 0.5
    o["max_length" if total else "max_new_tokens"] = longest + most if total else most
    o["eos_token_id"] = chance(rng, 0.9, 5, [5, 6], [5, 6, 7], [5, 6])
    o["min_length"] = chance(rng, 0.2, longest + min(2, most), longest + min(5, most))
    o["min_new_tokens"] = chance(rng, 0.2, 1, min(3, most), min(6, most))
    o["repetition_penalty"] = chance(rng, 0.3, 0.8, 1.3, 2.0)
    o["encoder_repetition_penalty"] = chance(rng, 0.3, 0.7, 1.5) if beams == 1 else None  # else of the first rows only
    o["no_repeat_ngram_size"] = chance(rng, 0.25, 1, 2, 3)
    o["encoder_no_repeat_ngram_size"] = chance(rng, 0.15, 1, 2)
    o["bad_words_ids"] = chance(rng, 0.2, [ids(rng, 1), ids(rng, 2)], [[5], ids(rng, 3), ids(rng, 2)])
    o["sequence_bias"] = chance(rng, 0.2, [[[1 + rng.randrange(30)], 3.5], [[3, 4], -2.0]], [[[8, 9], 10.0], [[5], 1.5]])
    o["suppress_tokens"] = chance(rng, 0.2, ids(rng, 6))
    o["begin_suppress_tokens"] = chance(rng, 0.2, ids(rng, 6), [5])
    o["forced_bos_token_id"] = chance(rng, 0.15, 11)
    o["forced_eos_token_id"] = chance(rng, 0.15, 5, 5 if beams > 1 else [5, 6])  # equals have no order
    o["renormalize_logits"] = chance(rng, 0.2, True)
    o["remove_invalid_values"] = chance(rng, 0.1, True)
    if o["eos_token_id"] and not o["min_length"] and not o["min_new_tokens"]:
        o["exponential_decay_length_penalty"] = chance(rng, 0.2, [2, 1.2], [0, 1.5], [5, 1.05])
    if beams > 1:
        o["early_stopping"] = rng.choice([False, False, True, "never"])
        o["length_penalty"] = rng.choice([1.0, 1.0, 0.0, 0.5, 2.0, -1.0])
        o["num_return_sequences"] = rng.choice([1, 1, 2, beams])
    return {k: (v if k != "num_return_sequences" else min(v, beams)) for k, v in o.items() if v is not None}


def search(model, rng):
    lengths = [rng.randint(1, 5) for _ in range(rng.randint(1, 3))]
    longest = max(lengths)
    prompts = [[rng.randrange(PAD) for _ in range(length)] for length in lengths]
    padded = torch.tensor([[PAD] * (longest - len(p)) + p for p in prompts])
    mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])
    chosen = options(rng, longest)
    out = model.generate(padded, attention_mask=mask, pad_token_id=PAD, use_cache=False, return_dict_in_generate=True,
                         output_scores=True, **json.loads(json.dumps(chosen)))
    beams = chosen["num_beams"] > 1
    transitions = model.compute_transition_scores(
        out.sequences, out.scores, out.beam_indices if beams else None, normalize_logits=not beams)
    ends = chosen.get("eos_token_id", [])
    ends = ends if isinstance(ends, list) else [ends]
    rows = []
    for i, sequence in enumerate(out.sequences.tolist()):
        new = sequence[longest:]
        length = next((n + 1 for n, id in enumerate(new) if id in ends), len(new))
        rows.append({"ids": new[:length], "logs": [round(x, 5) for x in transitions[i, :length].tolist()]})
        if beams:
            rows[-1]["score"] = round(out.sequences_scores[i].item(), 5)
    return {"prompts": prompts, "options": chosen, "rows": rows}


def finite(case):
    """Whether the options left a token at every step, and no end token that is both removed and made likelier (NaN)."""
    return all(x > -1e8 for row in case["rows"] for x in row["logs"] + [row.get("score", 0)])


def main(file):
    torch.manual_seed(SEED)
    distinct = torch.rand(ROWS, 12001).argsort()[:, :VOCABULARY] - 6000  # in a row: equals have no order
    table = (torch.erfinv(distinct / 6001) * 3).round(decimals=4)
    table[:, 5:8] += 1.2
    model = TableModel(table).eval()
    rng = random.Random(SEED)
    cases = []
    while len(cases) < SEARCHES:
        case = search(model, rng)
        if finite(case):
            cases.append(case)
    text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    rows = ",\n".join(json.dumps([round(x, 4) for x in row]) for row in table.tolist())
    head = f'{{"transformers": "{transformers.__version__}", "pad": {PAD},\n'
    with open(file, "w") as out:
        out.write(f'{head}"table": [\n{rows}],\n"searches": [\n{text}]}}\n')


if __name__ == "__main__":
    main(sys.argv[1])
