"""Records steps of training transformers' MarianMTModel by the recipe of Vaswani et al. 2017, without dropout.

    OMP_NUM_THREADS=1 python transformer_steps.py    # PyTorch 2.7.1, transformers 4.57.6, CPU

The weights are those of goldens/marian/uneven. Reads and writes beside this file.
"""

import json
import pathlib

import torch
from transformers import MarianMTModel

HERE = pathlib.Path(__file__).parent
PAD, SMOOTHING, FACTOR, WARMUP, STEPS = 1, 0.1, 0.1, 4, 8

# sources, targets; the start is padding
BATCHES = [
    ([[7, 12, 9, 30, 5, 0], [39, 6, 14, 0, PAD, PAD]], [[10, 31, 19, 0], [8, 0, PAD, PAD]]),
    ([[21, 8, 33, 11, 0], [4, 17, 0, PAD, PAD]], [[41, 20, 9, 17, 0], [35, 12, 21, 0, PAD]]),
]

torch.manual_seed(0)
model = MarianMTModel.from_pretrained(HERE / "../goldens/marian/uneven", attn_implementation="eager").eval()
for module in model.modules():
    if isinstance(module, torch.nn.Embedding):
        module.padding_idx = None  # the start token, which is padding, learns as well
bias = torch.nn.Parameter(model.final_logits_bias[0].clone())
width = model.config.d_model
optimizer = torch.optim.Adam([*model.parameters(), bias], lr=1, betas=(0.9, 0.98), eps=1e-9)
losses, rates = [], []
for step in range(STEPS):
    source, target = (torch.tensor(side) for side in BATCHES[step % len(BATCHES)])
    written = torch.cat([torch.full_like(target[:, :1], PAD), target[:, :-1]], 1)
    states = model.model(
        input_ids=source, attention_mask=(source != PAD).long(), decoder_input_ids=written
    ).last_hidden_state
    p = torch.log_softmax(model.lm_head(states) + bias, -1)
    q = torch.full_like(p, SMOOTHING / (p.shape[-1] - 2)).scatter(-1, target[..., None], 1 - SMOOTHING)
    q[..., PAD] = 0
    q[target == PAD] = 0
    loss = (torch.xlogy(q, q) - q * p).sum() / (target != PAD).sum()
    rate = FACTOR * width**-0.5 * min((step + 1) ** -0.5, (step + 1) * WARMUP**-1.5)
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    rates.append(rate)
batches = [{"source": source, "target": target} for source, target in BATCHES]
options = {"padding": PAD, "smoothing": SMOOTHING, "factor": FACTOR, "warmup": WARMUP}
recorded = {**options, "batches": batches, "rates": rates, "losses": losses}
(HERE / "transformer_steps.json").write_text(json.dumps(recorded, indent=1) + "\n")
