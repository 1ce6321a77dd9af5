"""Records ACT2FN of transformers 4.57.6 with PyTorch 2.7.1, on the CPU in float32: python make_activations.py

Writes act2fn/golden.json and act2fn/golden.safetensors beside this file. prelu and xielu aren't among them: they hold weights.
"""

import json
import os

import torch
import transformers
from safetensors.torch import save_file
from transformers.activations import ACT2FN

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "act2fn")
near = torch.linspace(-7.3, 7.4, 60)
far = torch.tensor([-1e9, -3e4, -1e3, -104.0, -40.0, -17.0, -10.5, -9.5, 9.5, 10.5, 17.0, 40.0, 104.0, 1e3, 3e4, 1e9])
x = torch.cat([near, far])

tensors, calls = {"in.x": x}, []
for name in ACT2FN:
    if name in ("prelu", "xielu"):
        continue
    leaf = x.clone().requires_grad_()
    y = ACT2FN[name](leaf)
    y.sum().backward()
    tensors[name + ".y"] = y.detach().clone()
    tensors[name + ".gradient"] = leaf.grad.clone()
    calls.append({
        "name": name,
        "op": "activation",
        "inputs": {"x": "in.x"},
        "tolerance": {"atol": 1e-6, "rtol": 1e-6},
        "outputs": {"y": name + ".y", "gradient": name + ".gradient"},
    })

os.makedirs(folder, exist_ok=True)
save_file(tensors, os.path.join(folder, "golden.safetensors"))
with open(os.path.join(folder, "golden.json"), "w") as file:
    json.dump({
        "format": 1,
        "family": "activations",
        "case": "act2fn",
        "about": "Every activation that a config.json can name, and its derivative.",
        "transformers": transformers.__version__,
        "torch": torch.__version__,
        "calls": calls,
    }, file, indent=1)
    file.write("\n")
