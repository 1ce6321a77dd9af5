"""Steps of training side by side: this library and Hugging Face transformers on PyTorch, one run, taking turns.

    pip install torch==2.7.1 transformers==4.57.6 peft
    mvn -q -DskipTests package                     # in the repository's root
    python benchmarks/training_side_by_side.py     # ViT-Tiny and ViT-B/16 at 224 px, batches of 16

Random weights serve. Two threads each (--threads), float32, AdamW, gradients clipped to norm 1; a step is forward, backward and
update. Each program is a process of its own, so that its peak memory (VmHWM) is its own; Java's heap, which a step hardly uses, may
take 256 MB. Rounds in which each takes one turn, after
warm-ups and a pause. Nothing else should run.
"""

import argparse
import sys
import tempfile

from turn_taking import Program, java, summaries, timed, turns

SIZES = {"tiny": dict(hidden_size=192, num_attention_heads=3, intermediate_size=768), "base": dict()}


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

    def step(pixels, labels):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(pixel_values=pixels).logits, labels).backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()

    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "memory":
            with open("/proc/self/status", encoding="utf-8") as file:
                print(next(int(l.split()[1]) / 1024 for l in file if l.startswith("VmHWM:")), flush=True)
        else:
            pixels, labels = torch.randn(batch, 3, 224, 224), torch.arange(batch) % 10
            print(timed(lambda: step(pixels, labels)), flush=True)


def vitrail(folder, what, batch, threads, **environment):
    return java("TrainingTurns", [folder, what, batch, "FP32"], threads, ["-Xmx256m", "-Xmn16m"], **environment)


def python(folder, what, batch, threads):
    return Program([sys.executable, __file__, "--peer", folder, what, "--batch", str(batch), "--threads", str(threads)], threads)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="*", default=list(SIZES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--warm-up", type=int, default=5)
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
            programs[f"Vitrail, {what}"] = vitrail(folder, what, args.batch, args.threads)
            programs[f"Vitrail, {what}, as ./vitrail starts it"] = vitrail(folder, what, args.batch, args.threads, **allocator)
        programs["Vitrail, lora, layers computed again"] = vitrail(folder, "lora-recomputed", args.batch, args.threads, **allocator)
        times = turns({name: lambda program=program: program.number("step") for name, program in programs.items()}, args.warm_up, args.rounds)
        for name, median, least, most, ratio in summaries(times, "PyTorch, " + args.modes[0]):
            print(f"| ViT-{size} | {name} | {median:.0f} | {least:.0f} to {most:.0f} | {ratio:.2f} | "
                  f"{programs[name].number('memory'):.0f} |", flush=True)
        for program in programs.values():
            program.end()


if __name__ == "__main__":
    main()
