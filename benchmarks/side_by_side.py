"""ViT-B/16 at 224 pixels side by side: this library, Hugging Face transformers (SDPA) and ONNX Runtime, one run, taking turns.

    pip install torch==2.7.1 transformers==4.57.6 onnxruntime onnx
    mvn -q -DskipTests package                     # in the repository's root
    python benchmarks/side_by_side.py              # prints medians, spreads and ratios; --markdown for a table of results

Random weights serve. Two threads each (--threads), torch.inference_mode(), 5 warm-ups, 20 rounds: in each round every program
computes one batch, in the same order, after a pause, so that all meet the same state of the machine. Nothing else should run.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


class Java:
    """The benchmarks' TurnTaking: prints the milliseconds of one pass for each line it is given."""

    def __init__(self, folder, precision, threads):
        target = os.path.join(HERE, "target")
        with open(os.path.join(target, "classpath"), encoding="utf-8") as file:
            classpath = os.path.join(target, "vitrail-benchmarks.jar") + os.pathsep + file.read().strip()
        env = dict(os.environ, OMP_NUM_THREADS=str(threads))
        self.process = subprocess.Popen(
            ["java", "-XX:+UseSerialGC", "-DOPT_OUT_TRACKING=true", "-cp", classpath, "io.vitrail.benchmarks.TurnTaking", folder, precision],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env)
        assert self.process.stdout.readline().strip() == "ready", "the Java side did not start"

    def __call__(self, batch):
        self.process.stdin.write(f"{batch}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def hugging_face(model, torch, dtype):
    inputs = {}

    def run(batch):
        if batch not in inputs:
            inputs[batch] = torch.ones(batch, 3, 224, 224, dtype=dtype)
        with torch.inference_mode():
            start = time.perf_counter()
            model(inputs[batch]).logits.float().numpy()
            return (time.perf_counter() - start) * 1e3

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
        start = time.perf_counter()
        session.run(None, {"x": x})
        return (time.perf_counter() - start) * 1e3

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
        "Vitrail fp32": Java(folder, "FP32", args.threads),
        "Hugging Face fp32": hugging_face(model, torch, torch.float32),
        "ONNX Runtime fp32": onnx_runtime(model, torch, folder, args.threads),
        "Vitrail bf16": Java(folder, "BF16", args.threads),
        "Hugging Face bf16": hugging_face(half, torch, torch.bfloat16),
    }
    for batch in [int(b) for b in args.batches.split(",")]:
        for _ in range(5):
            for run in programs.values():
                run(batch)
        times = {name: [] for name in programs}
        for _ in range(args.rounds):
            for name, run in programs.items():
                time.sleep(0.2)  # threads of the one before spin for a while
                times[name].append(run(batch) / batch)
        base = times["Hugging Face fp32"]
        for name, taken in times.items():
            ratio = statistics.median(b / t for b, t in zip(base, taken))
            row = (batch, name, statistics.median(taken), min(taken), max(taken), ratio)
            print(("| {} | {} | {:.1f} | {:.1f} | {:.1f} | {:.2f} |" if args.markdown else
                   "batch {:2d}  {:18s}  {:7.1f} ms per image ({:.1f} to {:.1f})  {:.2f} times Hugging Face fp32").format(*row))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
