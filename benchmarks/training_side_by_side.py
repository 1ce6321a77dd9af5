"""Steps of training side by side: this library and Hugging Face transformers on PyTorch, one run, taking turns.

    pip install torch==2.7.1 transformers==4.57.6 peft
    mvn -q -DskipTests package                     # in the repository's root
    python benchmarks/training_side_by_side.py     # ViT-Tiny and ViT-B/16 at 224 px, batches of 16

Random weights serve. Two threads each (--threads), float32, AdamW, gradients clipped to norm 1; a step is forward, backward and
update. Each program is a process of its own, so that its peak memory (VmHWM) is its own. Rounds in which each takes one turn, after
warm-ups and a pause. Nothing else should run.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = {"tiny": dict(hidden_size=192, num_attention_heads=3, intermediate_size=768), "base": dict()}


class Program:
    """Answers the line "step" by milliseconds, "memory" by megabytes."""

    def __init__(self, command, threads, **environment):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        env=dict(os.environ, OMP_NUM_THREADS=str(threads), **environment))
        assert self.process.stdout.readline().strip() == "ready", f"{command[-4:]} did not start"

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def peer(folder, what, batch, threads):
    """The other side, in a process of its own."""
    import torch
    from transformers import ViTForImageClassification
    torch.set_num_threads(threads)
    model = ViTForImageClassification.from_pretrained(folder, attn_implementation="sdpa").train()
    if what == "lora":
        from peft import LoraConfig, get_peft_model
        model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules=["query", "value"], modules_to_save=["classifier"]))
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0.05)
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "memory":
            with open("/proc/self/status", encoding="utf-8") as file:
                print(next(int(l.split()[1]) / 1024 for l in file if l.startswith("VmHWM:")), flush=True)
            continue
        pixels, labels = torch.randn(batch, 3, 224, 224), torch.arange(batch) % 10
        start = time.perf_counter()
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(pixel_values=pixels).logits, labels).backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        print((time.perf_counter() - start) * 1e3, flush=True)


def java(folder, what, batch, threads, precision="FP32", **environment):
    target = os.path.join(HERE, "target")
    with open(os.path.join(target, "classpath"), encoding="utf-8") as file:
        classpath = os.path.join(target, "vitrail-benchmarks.jar") + os.pathsep + file.read().strip()
    classpath = os.environ.get("BENCHMARK_CLASSPATH", classpath)
    return Program(["java", "-Xmx1g", "-XX:+UseSerialGC", "-DOPT_OUT_TRACKING=true", "-cp", classpath,
                    "io.vitrail.benchmarks.TrainingTurns", folder, what, str(batch), precision], threads, **environment)


def python(folder, what, batch, threads):
    return Program([sys.executable, __file__, "--peer", folder, what, "--batch", str(batch), "--threads", str(threads)], threads)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="*", default=list(SIZES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--modes", nargs="*", default=["all", "lora"])
    parser.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        peer(args.peer[0], args.peer[1], args.batch, args.threads)
        return
    import torch
    from transformers import ViTConfig, ViTForImageClassification
    print("| model | program | median ms | range | PyTorch's time / its | peak MB |\n|---|---|---|---|---|---|")
    allocator = dict(MALLOC_ARENA_MAX="1", MALLOC_MMAP_THRESHOLD_="1073741824", MALLOC_TRIM_THRESHOLD_="4294967296")
    for size in args.sizes:
        folder = tempfile.mkdtemp(prefix="side-by-side-")
        torch.manual_seed(0)
        ViTForImageClassification(ViTConfig(num_labels=10, **SIZES[size])).save_pretrained(folder)
        programs = {}
        for what in args.modes:
            programs[f"PyTorch, {what}"] = python(folder, what, args.batch, args.threads)
            programs[f"Vitrail, {what}"] = java(folder, what, args.batch, args.threads)
            programs[f"Vitrail, {what}, glibc's allocator told"] = java(folder, what, args.batch, args.threads, **allocator)
        programs["Vitrail, lora, layers computed again"] = java(folder, "lora-recomputed", args.batch, args.threads, **allocator)
        times = {name: [] for name in programs}
        for i in range(-2, args.rounds):
            for name, program in programs.items():
                time.sleep(0.2)
                taken = program.ask("step")
                if i >= 0:
                    times[name].append(taken)
        base = times["PyTorch, " + args.modes[0]]
        for name, taken in times.items():
            ratio = statistics.median(b / t for b, t in zip(base, taken))
            print(f"| ViT-{size} | {name} | {statistics.median(taken):.0f} | {min(taken):.0f} to {max(taken):.0f} | {ratio:.2f} | "
                  f"{programs[name].ask('memory'):.0f} |", flush=True)
        for program in programs.values():
            program.process.kill()


if __name__ == "__main__":
    main()
