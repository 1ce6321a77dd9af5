"""Makes the files in pickles/ with PyTorch 2.7.1: python make_pickles.py (legacy files hold addresses: other bytes each time)."""

import collections
import os
import pickle
import struct

import torch

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pickles")


def path(name):
    return os.path.join(here, name + ".bin")


def save(name, value, **options):
    torch.save(value, path(name), **options)


shared = torch.arange(10.0)
views = {
    "transposed": torch.arange(6.0).reshape(2, 3).t(),
    "column": torch.arange(12.0).reshape(3, 4)[:, 1],
    "permuted": torch.arange(24.0).reshape(2, 3, 4).permute(2, 0, 1),
    "offset": shared[3:7],
    "shared": shared,
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 3),
    "one_row": torch.arange(4.0).reshape(4, 1).t(),
}
save("views", views)
save("views_legacy", views, _use_new_zipfile_serialization=False)

types = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64]
types += [torch.float16, torch.bfloat16, torch.float32, torch.float64]
typed = {str(t)[6:]: torch.tensor([0, 1, 100, 3]).to(t) for t in types}
save("types_legacy", typed, _use_new_zipfile_serialization=False)
typed.update({str(t)[6:]: torch.tensor([0, 1, 100, 3]).to(t) for t in [torch.uint16, torch.uint32, torch.uint64]})
save("types", typed)

torch.manual_seed(1)
linear = torch.nn.Linear(3, 2)
linear.weight.data = torch.arange(6.0).reshape(2, 3)
linear.bias.data = torch.tensor([7.0, 8.0])
state = linear.state_dict()
extra = {"epoch": 3, "best": 0.5, "big": 1 << 70, "flags": [True, None], "size": torch.Size([2, 3]), "type": torch.float32}
save("nested", {**extra, "model": state, "optimizer": {"lr": 0.1, "params": [0, 1]}})
save("nested_shared", {"model": state, "ema": state})
save("nested_twice", {"model": state, "ema": dict(state)})
save("parameter", {"weight": linear.weight, "bias": linear.bias})
save("protocol4", state, pickle_protocol=4)
save("no_tensors", {"epoch": 3})
save("whole_module", linear)
save("expanded", {"weight": torch.zeros(1).expand(1 << 40)})
save("complex", {"weight": torch.zeros(2, dtype=torch.complex64)})


class Stored:
    """Stands for a storage of 10 elements, or a view of it."""

    def __init__(self, view):
        self.view = view


class Rebuilt:
    def __init__(self, *arguments):
        self.arguments = arguments

    def __reduce__(self):
        return torch._utils._rebuild_tensor, self.arguments


class Writer(pickle.Pickler):
    """Before PyTorch 0.4, storages could be views of others; nobody writes that any more."""

    def persistent_id(self, value):
        return ("storage", torch.FloatStorage, "root", "cpu", 10, value.view) if isinstance(value, Stored) else None


with open(path("storage_view_legacy"), "wb") as out:
    pickle.dump(0x1950A86A20F9469CFC6C, out, 2)
    pickle.dump(1001, out, 2)
    pickle.dump({"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}, out, 2)
    tensors = [("view", Rebuilt(Stored(("view", 3, 4)), 1, (3,), (1,))), ("root", Rebuilt(Stored(None), 0, (2, 5), (5, 1)))]
    Writer(out, 2).dump(collections.OrderedDict(tensors))
    pickle.dump(["root"], out, 2)
    out.write(struct.pack("<q10f", 10, *range(10)))
