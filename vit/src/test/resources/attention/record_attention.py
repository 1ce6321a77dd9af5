"""Records reference attention maps, rollout and relevance of the golden cases beside this folder.

    python record_attention.py > reference.json

torch 2.7.1, transformers 4.57.6, one thread, float32. The weights come from the models' softmax calls, the gradients
from autograd; the rest are the papers' equations, over whole matrices of all pairs of tokens:
Abnar and Zuidema 2020, section 3 (rollout); Chefer et al. 2021, equations 5 and 6 (relevance).
"""

import json
import pathlib

import safetensors.torch
import torch
import transformers
from transformers.models.swin.modeling_swin import window_partition

GOLDENS = pathlib.Path(__file__).parent.parent / "goldens"

# case, call, class, which tokens the answer is read from, tokens before the patches
CASES = [
    ("vit/classification", "forward", "ViTForImageClassification", "first", 1),
    ("vit/model", "forward", "ViTModel", "first", 1),
    ("deit/classification", "forward", "DeiTForImageClassification", "first", 2),
    ("deit/with_teacher", "forward", "DeiTForImageClassificationWithTeacher", "special", 2),
    ("dinov2/classification_swiglu", "forward", "Dinov2ForImageClassification", "first and patches", 1),
    ("dinov2/model_mlp", "forward", "Dinov2Model", "first", 1),
    ("dinov2_registers/classification", "forward", "Dinov2WithRegistersForImageClassification", "first and patches", None),
    ("dinov3_vit/model", "forward", "DINOv3ViTModel", "first", None),
    ("beit/classification", "forward", "BeitForImageClassification", None, 1),
    ("beit/oblong", "forward", "BeitModel", None, 1),
    ("vit_mae/model", "forward", "ViTMAEModel", "first", 1),
    ("clip_vision/classification", "forward", "CLIPForImageClassification", "patches", 1),
    ("clip_vision/with_projection", "forward", "CLIPVisionModelWithProjection", "first", 1),
    ("siglip_vision/model", "forward", "SiglipVisionModel", "probe", 0),
    ("siglip_vision/classification", "forward", "SiglipForImageClassification", "patches", 0),
    ("siglip_vision/no_head", "forward", "SiglipVisionModel", "patches", 0),
    ("swin/classification", "forward", "SwinForImageClassification", "patches", 0),
    ("swin/padded", "forward", "SwinModel", "patches", 0),
    ("swin/deep", "forward", "SwinForImageClassification", "patches", 0),
    ("swin/three_stages", "forward", "SwinForImageClassification", "patches", 0),
]

softmax = torch.nn.functional.softmax
recorded = []


def recording_softmax(x, *args, **kwargs):
    weights = softmax(x, *args, **kwargs)
    if weights.requires_grad:
        weights.retain_grad()
    recorded.append(weights)
    return weights


def run(model, pixels):
    """The model's answer: logits, or one vector for the picture."""
    recorded.clear()
    options = {}
    if isinstance(model, transformers.ViTMAEModel):  # all patches in their order
        model.config.mask_ratio = model.embeddings.config.mask_ratio = 0.0
        options["noise"] = torch.arange(model.embeddings.num_patches, dtype=torch.float32)[None]
    out = model(pixel_values=pixels, **options)
    for name in ("logits", "image_embeds", "pooler_output"):
        if getattr(out, name, None) is not None:
            return getattr(out, name)
    whole = isinstance(model, transformers.SiglipVisionModel)
    return out.last_hidden_state.mean(1) if whole else out.last_hidden_state[:, 0]


def score(model, pixels):
    if model.__class__.__name__.endswith(("ForImageClassification", "WithTeacher")):
        logits = run(model, pixels)
        label = int(logits.argmax())
        return logits[0, label], label
    with torch.no_grad():
        empty = run(model, torch.zeros_like(pixels))
    vector = run(model, pixels)
    direction = (vector - empty).detach()
    return (vector * direction / direction.norm()).sum(), None


def whole(weights, tokens, windows):
    """[windows, heads, n, n] to [heads, tokens, tokens]: each window's weights where its tokens are; padding falls away."""
    if windows is None:
        return weights[0]
    matrix = torch.zeros(weights.shape[1], tokens, tokens)
    for window, places in enumerate(windows):
        for i, query in enumerate(places):
            for j, key in enumerate(places):
                if query >= 0 and key >= 0:
                    matrix[:, query, key] = weights[window, :, i, j]
    return matrix


def swin_layers(model, height, width):
    """For each block its grid, and which token lies at each place of each window (-1: padding)."""
    swin = getattr(model, "swin", model)
    patch = swin.embeddings.patch_embeddings.patch_size
    rows, columns = -(-height // patch[0]), -(-width // patch[1])
    for stage in swin.encoder.layers:
        for block in stage.blocks:
            side, shift = block.window_size, block.shift_size  # as the pass has set them
            grid = torch.arange(rows * columns).reshape(1, rows, columns, 1)
            grid = torch.nn.functional.pad(grid, (0, 0, 0, -columns % side, 0, -rows % side), value=-1)
            grid = torch.roll(grid, (-shift, -shift), (1, 2))
            yield (rows, columns), window_partition(grid, side).flatten(1).tolist()
        rows, columns = -(-rows // 2), -(-columns // 2)


def merging(fine, coarse):
    """[coarse tokens, fine tokens]: a merged token holds equal parts of its members."""
    matrix = torch.zeros(coarse[0] * coarse[1], fine[0] * fine[1])
    for r in range(fine[0]):
        for c in range(fine[1]):
            matrix[r // 2 * coarse[1] + c // 2, r * fine[1] + c] = 1
    return matrix / matrix.sum(1, keepdim=True)


def rounded(tensor):
    return [float(f"{x:.7g}") for x in tensor.flatten().tolist()]


def reference(case, call, class_name, reads, special):
    model = getattr(transformers, class_name).from_pretrained(GOLDENS / case, attn_implementation="eager").eval()
    model.requires_grad_(False)
    inputs = json.loads((GOLDENS / case / "golden.json").read_text())["calls"]
    name = next(c for c in inputs if c["name"] == call)["inputs"]["pixel_values"]
    pixels = safetensors.torch.load_file(GOLDENS / case / "golden.safetensors")[name][:1].float().requires_grad_()
    if special is None:
        special = 1 + model.config.num_register_tokens
    if reads is None:
        reads = "patches" if model.config.use_mean_pooling else "first"

    answer, label = score(model, pixels)
    attention = list(recorded)
    answer.backward()
    probe = attention.pop() if reads == "probe" else None
    attention = [a for a in attention if a.shape[-1] == a.shape[-2]]
    if class_name.startswith("Swin"):
        grids, windows = zip(*swin_layers(model, *pixels.shape[-2:]))
    else:
        grids, windows = [None] * len(attention), [None] * len(attention)
    tokens = [g[0] * g[1] if g else a.shape[-1] for g, a in zip(grids, attention)]

    def full(weights):
        return [whole(w, t, p) for w, t, p in zip(weights, tokens, windows)]

    weights = full([a.detach() for a in attention])
    relevances = full([(a * a.grad).clamp(min=0).detach() for a in attention])

    last = tokens[-1]
    p = torch.zeros(last)
    if "first" in reads:
        p[0] = 1
    if reads == "special":
        p[:special] = 1 / special
    if "patches" in reads:
        p[special:] += 1 / (last - special)
    p /= p.sum() if probe is None else 1
    own = p
    if probe is not None:
        p = probe.detach().mean(0)[0]
        own = torch.zeros(last)

    # Matrices of the layers' products, first to last; carried: only the merging
    rollout = carried = torch.eye(tokens[0])
    relevance = torch.eye(tokens[0])
    carries = [None] * len(weights)
    for i, (a, bar) in enumerate(zip(weights, relevances)):
        if i and grids[i] != grids[i - 1]:
            merge = merging(grids[i - 1], grids[i])
            rollout, relevance, carried = merge @ rollout, merge @ relevance, merge @ carried
        mixed = a.mean(0) + torch.eye(tokens[i])
        rollout = mixed / mixed.sum(1, keepdim=True) @ rollout
        relevance = relevance + bar.mean(0) @ relevance
    shares = p
    maps = []
    for i in reversed(range(len(weights))):
        maps.insert(0, [rounded((shares @ head)[special:]) for head in weights[i]])
        if i and grids[i] != grids[i - 1]:
            shares = shares @ merging(grids[i - 1], grids[i])
    start = p if probe is None else (probe * probe.grad).clamp(min=0).detach().mean(0)[0]
    return {
        "case": case,
        "call": call,
        "class": class_name,
        "label": label,
        "maps": maps,
        "rollout": rounded((p @ rollout)[special:]),
        "relevance": rounded((start @ relevance - own @ carried)[special:]),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.nn.functional.softmax = recording_softmax
    lines = [json.dumps(reference(*case)) for case in CASES]
    print('{"references": [\n' + ",\n".join(lines) + "\n]}")
