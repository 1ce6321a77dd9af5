"""Records what PyTorch computes of the walk-through's given numbers, table by table, as expected.json beside this file.

    python record_walkthrough.py        # torch 2.7.1; nothing is random
"""
import json
from pathlib import Path

import torch
from torch import nn

X = torch.tensor([[1, 0.1, 0, 0], [0.3, 0.9, 0, 0], [0.1, 0.1, 0.1, 0.1], [0, 0.1, 1, 0.3], [0, 0.2, 0.1, 1], [0.1, 0.9, 0.2, 0.2]])
QUERY = torch.tensor([[1, 2, 0, 0], [1, 0.5, 0.5, 0], [0, 0.5, 0.5, 1.5], [-1, 2, 3, 0]])
KEY = torch.tensor([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0.5], [0, 0, 0, 1]])
VALUE = torch.tensor([[1, 0.5, 0, 0], [0, 1, 0.5, 0], [0, 0, 1, 0.5], [0.5, 0, 0, 1]])
OUTPUT = torch.tensor([[1, 0, 0.5, 0], [0, 1, 0, 0.5], [0.5, 0, 1, 0], [0, 0.5, 0, 1]])
EXPAND = torch.tensor([[1.0, 0, 0, 0, -1, 0, 0, 0], [0, 1, 0, 0, 0, -1, 0, 1], [0, 0, 1, 0, 0, 0, 1, 0], [0, 0, 0, 1, 0, 0, 1, 1]])
EXPAND_BIAS = torch.tensor([0, 0, 0, 0, 0, 0, -1.0, -1])
CONTRACT = torch.tensor([[0.5, 0, 0, 0], [0, 0.5, 0, 0], [0, 0, 0.5, 0], [0, 0, 0, 0.5],
                         [0, 0, 0.5, 0], [0, 0, 0, 0.5], [0, 1, 0, -1], [0.5, 0, 0, -0.5]])
ASKING = 4  # 年
LATER = torch.triu(torch.ones(6, 6, dtype=torch.bool), 1)


def fill(attention: nn.MultiheadAttention, output: torch.Tensor) -> nn.MultiheadAttention:
    attention.in_proj_weight.copy_(torch.cat([QUERY.T, KEY.T, VALUE.T]))
    attention.out_proj.weight.copy_(output.T)
    attention.in_proj_bias.zero_()
    attention.out_proj.bias.zero_()
    return attention


def attend(x: torch.Tensor, heads: int, output: torch.Tensor, mask: torch.Tensor | None = None):
    """The result, and the weights [heads, queries, keys]."""
    attention = fill(nn.MultiheadAttention(4, heads, batch_first=True), output)
    result, weights = attention(x[None], x[None], x[None], attn_mask=mask, average_attn_weights=False)
    return result[0], weights[0]


def positions() -> torch.Tensor:
    place = torch.arange(6.0)[:, None]
    angles = place / torch.pow(10000, torch.tensor([0.0, 2]) / 4)
    return torch.stack([angles.sin(), angles.cos()], 2).reshape(6, 4)


def layer() -> nn.TransformerEncoderLayer:
    block = nn.TransformerEncoderLayer(4, 2, 8, dropout=0, activation="relu", batch_first=True, norm_first=False)
    fill(block.self_attn, OUTPUT)
    block.linear1.weight.copy_(EXPAND.T)
    block.linear1.bias.copy_(EXPAND_BIAS)
    block.linear2.weight.copy_(CONTRACT.T)
    block.linear2.bias.zero_()
    return block


@torch.no_grad()
def main() -> None:
    q, k, v = X @ QUERY, X @ KEY, X @ VALUE
    products = q[ASKING] * k
    scaled = products.sum(1) / 2
    one, one_weights = attend(X, 1, torch.eye(4))
    two, two_weights = attend(X, 2, OUTPUT)
    joined = attend(X, 2, torch.eye(4))[0]
    pe = positions()
    placed = X + pe
    backwards = torch.arange(5, -1, -1)
    shares = [attend(X, 1, torch.eye(4))[1][0, ASKING],
              attend(X[backwards], 1, torch.eye(4))[1][0, 5 - ASKING].flip(0),
              attend(placed, 1, torch.eye(4))[1][0, ASKING],
              attend(X[backwards] + pe, 1, torch.eye(4))[1][0, 5 - ASKING].flip(0)]
    block = layer()
    attended = attend(placed, 2, OUTPUT)[0]
    total = placed + attended
    normed = block.norm1(total)
    hidden = block.linear1(normed).relu()
    tables = {
        "X, the embeddings": X,
        "Q, the queries": q,
        "K, the keys": k,
        "V, the values": v,
        "The query of 年, number by number with each key": torch.cat([products, products.sum(1, keepdim=True)], 1),
        "The scores of 年": torch.stack([products.sum(1), scaled]),
        "From scores to shares": torch.stack([scaled, scaled.exp()]),
        "What 年 takes from whom": scaled.softmax(0)[None],
        "Each value by its share, and the sum": torch.cat([one_weights[0, ASKING][:, None] * v, one[ASKING][None]]),
        "Who (row) takes how much from whom (column)": one_weights[0],
        "What attention makes of each token": one,
        "Who takes how much from whom": attend(X, 1, torch.eye(4), LATER)[1][0],
        "Head 1": two_weights[0],
        "Head 2": two_weights[1],
        "What both find, side by side": joined,
        "Mixed by Wo": two,
        "PE, the vectors of the places": pe,
        "X + PE": placed,
        "What 年 takes from whom, with and without positions": torch.stack(shares),
        "Attention(x), with two heads": attended,
        "x + Attention(x)": total,
        "Of each sum": torch.stack([total.mean(1), total.var(1, correction=0)], 1),
        "LayerNorm(x + Attention(x))": normed,
        "max(0, y W₁ + b₁)": hidden,
        "FFN(y)": block.linear2(hidden),
        "The layer's output": block(placed[None])[0],
    }
    text = ",\n".join(f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps([[round(n, 7) for n in row] for row in rows.tolist()])}"
                      for name, rows in tables.items())
    Path(__file__).with_name("expected.json").write_text("{\n" + text + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
