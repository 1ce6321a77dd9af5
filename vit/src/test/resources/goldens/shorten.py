"""Makes golden cases small: weights and pictures rounded to float16, what comes of them recorded again, large results thinned to
every other row and column.

    python shorten.py ORACLE GOLDENS [CASE...]        the folder of make_goldens.py, and the one that holds FAMILY/CASE

Weights and pictures are rounded only where the reference still reproduces the case to 1e-4, and ids and texts stay the same. Equal
tensors are stored once.
"""

import json
import os
import pathlib
import shutil
import sys
import tempfile

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

sys.path.insert(0, sys.argv[1])
from replay import Replayer

TABLES = ("inv_freq", "embed_positions")  # that a model may compute instead of reading them
LARGE = 4096  # bytes of a call's outputs, or of pictures
COMPUTED = {"forward", "method", "forward_mems"}
# other recordings are of these weights
WEIGHTS_STAY = {"marian/uneven", "blip_caption/base", "git/base", "vision_encoder_decoder/vit_gpt2",
                "vision_encoder_decoder/vit_trocr", "clip/quick_gelu", "siglip/base",
                # other tests read these, or their results are so small beside what they come of that bfloat16 would miss them
                "swin/deep", "distilbert/masked_lm", "smolvlm/idefics3"}
# the same, and thinned results would be no better
LEFT = {"vit/classification", "swin/classification", "bert/pre_training", "t5/uneven", "bart/base", "clip_text/whole",
        "siglip_text/whole", "blip_itm/wider_vision", "llava/base"}


def whole(tensor):
    return not tensor.is_floating_point()


def size(tensor):
    return tensor.numel() * tensor.element_size()


def argument(tensor, truth):
    """As the reference takes it; files hold truth as whole numbers, and pictures as float16."""
    return tensor.bool() if truth else tensor.float() if tensor.dtype == torch.float16 else tensor.clone()


def replay(folder, calls, tensors):
    """The calls' outputs by their names, and their values."""
    replayer, results, values = Replayer(str(folder)), {}, []
    for call in calls:
        mask = call.get("inputs", {}).get("bool_masked_pos")
        given = {k: argument(v, k == mask) for k, v in (tensors | results).items()}
        out, value = replayer.run(call, given)
        results |= {call["outputs"][key]: out[key] for key in call["outputs"]}
        values.append(json.loads(json.dumps(value)))
    return results, values


def close(new, old):
    if new.shape != old.shape or new.dtype != old.dtype:
        return False
    return torch.allclose(new, old, 1e-4, 1e-4, equal_nan=True) if new.is_floating_point() else torch.equal(new, old)


def fits(name, weight):
    return weight.dtype == torch.float32 and not any(t in name for t in TABLES) and weight.half().isfinite().all()


def halve(file):
    with safe_open(file, "pt") as opened:
        metadata = opened.metadata()
    weights = load_file(file)
    halves = {name: weight.half() if fits(name, weight) else weight for name, weight in weights.items()}
    save_file(halves, file, metadata)


def rounded_pictures(name, tensor):
    """Large floating pictures as float16."""
    return tensor.half() if "pixel_values" in name and not whole(tensor) and size(tensor) > LARGE else tensor


def thin(call, tensors, given):
    """Every other row and column of a large result that no call is given."""
    names = set(call["outputs"].values())
    fits = not names & given and all(tensors[name].ndim >= 2 for name in names)
    if call["op"] in COMPUTED and "subsample" not in call and fits and sum(size(tensors[n]) for n in names) > LARGE:
        call["subsample"] = 2
        for name in names:
            tensors[name] = tensors[name][..., ::2, ::2].contiguous()


def share(calls, tensors):
    """Names of equal tensors become one."""
    first, names = {}, {}
    for name in sorted(tensors, key=lambda n: not n.startswith("in.")):
        tensor = tensors[name]
        key = (tensor.dtype, tensor.shape, tensor.numpy().tobytes())
        names[name] = first.setdefault(key, name)
    for call in calls:
        for part in ("inputs", "outputs"):
            call[part] = {key: names[name] for key, name in call.get(part, {}).items()}
        if call.get("mask_outputs"):
            call["mask_outputs"] = names[call["mask_outputs"]]
    return {name: tensors[name] for name in sorted(set(names.values()))}


def halved(folder, calls, tensors):
    """Rounds the weights and records the results again; whether it did."""
    weights = list(folder.glob("**/model.safetensors"))
    if not weights or "/".join(folder.parts[-2:]) in WEIGHTS_STAY or folder.name.startswith("stored_"):
        return False
    made = {name for call in calls for name in call["outputs"].values()}
    given = {name: tensor for name, tensor in tensors.items() if name not in made or name.startswith("in.")}
    old, values = replay(folder, calls, given)
    if not all(close(old[n], tensors[n]) for n in old) or values != [call.get("values", {}) for call in calls]:
        raise ValueError("isn't reproduced")
    with tempfile.TemporaryDirectory() as temporary:
        copy = pathlib.Path(temporary) / folder.parent.name / folder.name
        shutil.copytree(folder, copy)
        for file in weights:
            halve(copy / file.relative_to(folder))
        rounded = {name: rounded_pictures(name, tensor) for name, tensor in given.items()}
        new, same = replay(copy, calls, rounded)
        if same != values or any(new[n].shape != old[n].shape or whole(old[n]) and not new[n].equal(old[n]) for n in old):
            raise ValueError("its ids or texts would change")
        for file in weights:
            shutil.copy(copy / file.relative_to(folder), file)
    tensors |= new | rounded
    return True


def shorten(folder):
    golden = json.loads((folder / "golden.json").read_text(encoding="utf-8"))
    tensors, calls = load_file(folder / "golden.safetensors"), golden["calls"]
    try:
        note = "halved" if halved(folder, calls, tensors) else "weights stay"
    except Exception as failure:
        note = f"weights stay: {failure}"[:160]
    given = {name for call in calls for name in call.get("inputs", {}).values()}
    for call in calls:
        thin(call, tensors, given)
    save_file(share(calls, tensors), folder / "golden.safetensors")
    (folder / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    return note


torch.set_num_threads(1)
for file in sorted(pathlib.Path(sys.argv[2]).glob("*/*/golden.json")):
    name = "/".join(file.parts[-3:-1])
    if name in LEFT or len(sys.argv) > 3 and not any(name.startswith(case) for case in sys.argv[3:]):
        continue
    print(name, shorten(file.parent), flush=True)
