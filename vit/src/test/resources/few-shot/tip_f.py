"""Records tip_f.json: Tip-Adapter-F on the vectors of few_shot.json, trained by PyTorch (2.7.1) in double precision.

    python tip_f.py > tip_f.json
"""

import json
from pathlib import Path

import torch

recorded = json.loads(Path(__file__).with_name("few_shot.json").read_text())
examples, queries, names = (torch.tensor(recorded[key]).double() for key in ("examples", "queries", "names"))
labels = torch.arange(len(names)).repeat_interleave(torch.tensor(recorded["counts"]))
one_hot = torch.eye(len(names)).double()[labels]
FACTOR, DECAY, EPSILON = 10, 0.01, 1e-4

out = {}
for alpha, beta, epochs, rate in ((1.0, 5.5, 20, 1e-3), (3.0, 2.0, 50, 5e-2)):
    keys = torch.nn.Parameter(examples.clone())
    optimizer = torch.optim.AdamW([keys], lr=rate, eps=EPSILON, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    logits = lambda x: FACTOR * x @ names.T + alpha * torch.exp(-beta * (1 - x @ keys.T)) @ one_hot
    for _ in range(epochs):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits(examples), labels).backward()
        optimizer.step()
        schedule.step()
    out[f"{alpha:g} {beta:g} {epochs} {rate:g}"] = logits(queries).softmax(1).tolist()

print(json.dumps(out))
