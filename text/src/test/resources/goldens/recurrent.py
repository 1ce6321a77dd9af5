"""Cases beside those of make_goldens.py's own table: Transformer-XL with other norms, biases, memories and vocabularies.

    python recurrent.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import torch
from common import Case, randint, randn, randomise, save_model
from replay import accepts_dtype
from transformers.models.deprecated.transfo_xl import TransfoXLConfig, TransfoXLLMHeadModel, TransfoXLModel

TINY = dict(vocab_size=50, cutoffs=[], d_model=24, d_embed=24, n_head=3, d_head=7, d_inner=40, n_layer=2, mem_len=5,
            clamp_len=0, div_val=1, same_length=False, dropout=0.0, dropatt=0.0)
STAGES = ["hidden_states*", "attentions*"]
TRACES = dict(output_hidden_states=True, output_attentions=True)


def save_as_before(case, model):
    """A pickle, in which shared weights stand under all their names; the old names of the config."""
    model.config.architectures = [type(model).__name__]
    model.config.tie_weight, model.config.proj_share_all_but_first = True, True
    model.config.save_pretrained(case.folder)
    torch.save(model.state_dict(), os.path.join(case.folder, "pytorch_model.bin"))


def likeliest(model, ids, count):
    """What follows the ids, a token at a time: the reference's own generate doesn't serve this model."""
    mems, new = None, []
    for _ in range(count):
        with accepts_dtype(), torch.no_grad():
            out = model(torch.tensor([new[-1:] or ids]), mems=mems)
        mems = out.mems
        new.append(int(out.prediction_scores[0, -1].argmax()))
    return new


def case(name, about, seed, cls, lengths=(7, 3, 1), save=save_model, short=False, stages=STAGES, continued=False,
         **config):
    """The first segment, with traces; then segments of these lengths, each after those before."""
    case = Case(sys.argv[2], "transfo_xl", name, "library", seed)
    case.about = about
    config = dict(TINY, **config)
    save(case, randomise(cls(TransfoXLConfig(**config)), seed))
    keep = ["last_hidden_state", "prediction_scores"] + (["mems*"] if config["mem_len"] else [])
    ids = lambda i: randint(0, config["vocab_size"], (2, lengths[i]), seed + 1 + i)
    case.call("segment0", "forward", cls.__name__, inputs=dict(input_ids=ids(0)), keep=keep + stages, options=TRACES)
    for i in range(1, len(lengths) if config["mem_len"] else 0):
        memory = {f"mems.{j}": f"segment{i - 1}.mems.{j}" for j in range(config["n_layer"])}
        case.call(f"segment{i}", "forward_mems", cls.__name__, inputs=dict(input_ids=ids(i), **memory), keep=keep)
    if short:  # a memory that isn't full yet
        memory = {f"mems.{j}": randn((2, 2, config["d_model"]), seed + 20 + j) for j in range(config["n_layer"])}
        case.call("short_memory", "forward_mems", cls.__name__, inputs=dict(input_ids=ids(1), **memory), keep=keep)
        case.call("short_memory_1", "forward_mems", cls.__name__, keep=keep, inputs=dict(
            input_ids=ids(2), **{name: f"short_memory.{name}" for name in memory}))
    case.finish()
    if continued:
        ids = [5, 8, 33, 7, 6, 2, 45, 19, 4, 11, 3]
        with open(f"{case.folder}/continued.json", "w") as f:
            json.dump(dict(prompt=ids, ids=likeliest(cls.from_pretrained(case.folder).eval(), ids, 20)), f)


case("pre_norm", "Norms before the halves; biases that the layers share; every token sees as many others.", 81, TransfoXLModel,
     pre_lnorm=True, untie_r=False, same_length=True, layer_norm_epsilon=1e-3, short=True,
     save=save_as_before)
case("same_length", "Every token sees as many others; far distances count alike; a memory longer than segments.", 82,
     TransfoXLModel, same_length=True, clamp_len=6, mem_len=9, lengths=(4, 4, 4, 1), n_layer=3, short=True)
case("no_memory", "Each segment stands alone.", 83, TransfoXLModel, mem_len=0)
case("long_memory", "A memory of 90 tokens, and distances up to 129.", 84, TransfoXLModel, mem_len=90, lengths=(40, 40, 1),
     n_layer=1, stages=[])
case("plain_softmax", "No clusters; words' vectors are narrower than tokens, and tied; the projection isn't.", 85,
     TransfoXLLMHeadModel, d_embed=10)
case("one_table", "Clusters of one table, which is not tied; no projections.", 86, TransfoXLLMHeadModel, cutoffs=[20, 35],
     tie_word_embeddings=False)
case("projected_table", "Clusters of one table; all projections but the first are tied.", 87, TransfoXLLMHeadModel,
     cutoffs=[20, 35], d_embed=10, continued=True)
case("no_projection_tied", "A table for each cluster; no projection is tied.", 88, TransfoXLLMHeadModel, cutoffs=[12, 30],
     div_val=3, d_embed=27, proj_share_all_but_first=False)
case("stored_before", "Saved as years ago; four clusters.", 89, TransfoXLLMHeadModel, cutoffs=[10, 20, 35], div_val=2,
     d_embed=16, untie_r=False, save=save_as_before)
