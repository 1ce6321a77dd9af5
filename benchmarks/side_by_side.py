"""ViT-B/16 at 224 pixels side by side: this library, Hugging Face transformers (SDPA) and ONNX Runtime, one run, taking turns.

    pip install torch==2.7.1 transformers==4.57.6 onnxruntime onnx
    mvn -q -DskipTests package                     # in the repository's root
    python benchmarks/side_by_side.py              # prints medians, spreads and ratios; --markdown for a table of results

Random weights serve. Two threads each (--threads), torch.inference_mode(), 5 warm-ups, 20 rounds: in each round every program
computes one batch, in the same order, after a pause, so that all meet the same state of the machine. Nothing else should run.
"""

import argparse
import os
import tempfile

from turn_taking import java, summaries, timed, turns


def vitrail(folder, precision, threads):
    """The benchmarks' TurnTaking, which is told the pictures of a pass."""
    return java("TurnTaking", [folder, precision], threads).number


def hugging_face(model, torch, dtype):
    inputs = {}

    def run(batch):
        if batch not in inputs:
            inputs[batch] = torch.ones(batch, 3, 224, 224, dtype=dtype)
        with torch.inference_mode():
            return timed(lambda: model(inputs[batch]).logits.float().numpy())

    return run


def onnx_runtime(model, torch, folder, threads):
    import onnxruntime as ort
    path = os.path.join(folder, "model.onnx")
    torch.onnx.export(model, (torch.ones(1, 3, 224, 224),), path, input_names=["x"], output_names=["logits"],
                      dynamic_axes={"x": {0: "batch"}, "logits": {0: "batch"}}, opset_version=17, dynamo=False)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    import numpy as np

    def run(batch):
        x = np.ones((batch, 3, 224, 224), dtype=np.float32)
        return timed(lambda: session.run(None, {"x": x}))

    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--batches", default="1,8")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()
    import torch
    from transformers import ViTConfig, ViTForImageClassification
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    folder = tempfile.mkdtemp(prefix="side-by-side-")
    config = ViTConfig(num_labels=1000, attn_implementation="sdpa")
    model = ViTForImageClassification(config).eval()
    model.save_pretrained(folder)
    half = ViTForImageClassification.from_pretrained(folder, dtype=torch.bfloat16, attn_implementation="sdpa").eval()
    programs = {
        "Vitrail fp32": vitrail(folder, "FP32", args.threads),
        "Hugging Face fp32": hugging_face(model, torch, torch.float32),
        "ONNX Runtime fp32": onnx_runtime(model, torch, folder, args.threads),
        "Vitrail bf16": vitrail(folder, "BF16", args.threads),
        "Hugging Face bf16": hugging_face(half, torch, torch.bfloat16),
    }
    for batch in [int(b) for b in args.batches.split(",")]:
        of_each = {name: lambda run=run: run(batch) / batch for name, run in programs.items()}
        times = turns(of_each, 5, args.rounds)
        for row in summaries(times, "Hugging Face fp32"):
            print(("| {} | {} | {:.1f} | {:.1f} | {:.1f} | {:.2f} |" if args.markdown else
                   "batch {:2d}  {:18s}  {:7.1f} ms per image ({:.1f} to {:.1f})  {:.2f} times Hugging Face fp32").format(batch, *row),
                  flush=True)


if __name__ == "__main__":
    main()
