"""Text models side by side: this library, Hugging Face transformers (SDPA) and ONNX Runtime, one run, taking turns.

    pip install torch==2.7.1 transformers==4.57.6 onnxruntime onnx
    mvn -q -DskipTests package                     # in the repository's root
    python benchmarks/text_side_by_side.py         # writing: GPT-2 (124M) and SmolLM2-135M sizes; reading: BERT-base size

Random weights serve. Two threads each (--threads), torch.inference_mode(), warm-ups, and rounds in which every program takes one
turn, in the same order, after a pause, so that all meet the same state of the machine. Nothing else should run. Writing is 128
tokens, each the likeliest, after a prompt of 64, batch 1; what the memory's bandwidth allows is measured before and after each of
some more texts, for it changes by the second on a shared machine: by reading 256 MB in the program that
writes, the best of some, against the bytes of the weights that each token has to read.
"""

import argparse
import os
import statistics
import tempfile

from turn_taking import java, summaries, timed, turns

PROMPT, NEW = 64, 128
VECTORS = ("--add-modules", "jdk.incubator.vector")
LARGE_PAGES = "/sys/kernel/mm/transparent_hugepage/enabled"
if os.path.exists(LARGE_PAGES) and "[madvise]" in open(LARGE_PAGES, encoding="utf-8").read():
    VECTORS += ("-XX:+UseTransparentHugePages",)  # as ./vitrail starts it


class Side:
    """The benchmarks' TextTurns."""

    def __init__(self, folder, precision, args):
        self.program = java("TextTurns", [folder, precision], args.threads, VECTORS)

    def write(self):
        return self.program.number(f"write {PROMPT} {NEW}")

    def bandwidth(self):
        """Bytes per second that the program itself reads: on some machines other programs' memory is nearer, or farther."""
        return self.program.number("bandwidth 256")

    def read(self, batch, tokens):
        return self.program.number(f"read {batch} {tokens}")


def hugging_face_writing(model, torch):
    ids = (torch.arange(PROMPT) * 7919 % model.config.vocab_size).unsqueeze(0)
    mask = torch.ones_like(ids)

    def run():
        with torch.inference_mode():
            return timed(lambda: model.generate(
                ids, attention_mask=mask, do_sample=False, max_new_tokens=NEW, min_new_tokens=NEW, pad_token_id=0))

    return run


def hugging_face_reading(model, torch):
    def run(batch, tokens):
        ids = (torch.arange(batch * tokens) * 7919 % model.config.vocab_size).reshape(batch, tokens)
        with torch.inference_mode():
            return timed(lambda: model(ids).last_hidden_state.float().numpy())

    return run


def onnx_runtime_reading(model, torch, folder, threads):
    import onnxruntime as ort
    path = os.path.join(folder, "model.onnx")
    example = torch.zeros(2, 16, dtype=torch.long)

    class Vectors(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, ids):
            return self.model(ids).last_hidden_state

    torch.onnx.export(Vectors(), (example,), path, input_names=["ids"], output_names=["vectors"],
                      dynamic_axes={"ids": {0: "batch", 1: "tokens"}, "vectors": {0: "batch", 1: "tokens"}},
                      opset_version=17, dynamo=False)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    import numpy as np

    def run(batch, tokens):
        ids = (np.arange(batch * tokens) * 7919 % model.config.vocab_size).reshape(batch, tokens)
        return timed(lambda: session.run(None, {"ids": ids}))

    return run


def shares_of_bandwidth(side, weights, rounds):
    """For each round, the bandwidth beside a text (before and after), and the share of it that reading 2 bytes a weight took."""
    for _ in range(rounds):
        before = side.bandwidth()
        seconds = side.write() / 1e3
        speed = (before + side.bandwidth()) / 2
        yield speed, NEW * 2 * weights / seconds / speed


def report(title, times, base, describe):
    for name, median, least, most, ratio in summaries(times, base):
        print(f"| {title} | {name} | {describe(median)} | {describe(most)} to {describe(least)} | {ratio:.2f} |", flush=True)


def writing(name, config, model_class, args, torch):
    folder = tempfile.mkdtemp(prefix="side-by-side-")
    torch.manual_seed(0)
    model = model_class(config).eval()
    model.save_pretrained(folder)
    half = model_class.from_pretrained(folder, dtype=torch.bfloat16).eval()
    sides = {precision: Side(folder, precision, args) for precision in ("FP32", "BF16", "INT8")}
    programs = {
        "Vitrail fp32": sides["FP32"].write,
        "Hugging Face fp32": hugging_face_writing(model, torch),
        "Vitrail bf16": sides["BF16"].write,
        "Vitrail int8": sides["INT8"].write,
        "Hugging Face bf16": hugging_face_writing(half, torch),
    }
    times = turns(programs, 5, args.rounds)
    report(name, times, "Hugging Face fp32", lambda millis: f"{NEW / millis * 1e3:.1f} tokens/s")
    weights = sum(p.numel() for p in model.parameters())
    speeds, shares = zip(*shares_of_bandwidth(sides["BF16"], weights, args.rounds))
    print(f"{name}: {min(speeds) / 1e9:.1f} to {max(speeds) / 1e9:.1f} GB/s are read; of what that allows for {weights / 1e6:.0f} M weights "
          f"of 2 bytes, bf16 reaches {100 * statistics.median(shares):.0f} % ({100 * min(shares):.0f} to {100 * max(shares):.0f})")
    for precision in ("BF16", "INT8"):
        largest, mean = map(float, sides[precision].program.ask("effect 64").split())
        print(f"{name}, {precision}: log-probabilities differ from fp32's by {largest:.4f} at most, {mean:.5f} on average")
    for side in sides.values():
        side.program.end()


def reading(args, torch):
    from transformers import BertConfig, BertModel
    folder = tempfile.mkdtemp(prefix="side-by-side-")
    torch.manual_seed(0)
    model = BertModel(BertConfig()).eval()
    model.save_pretrained(folder)
    half = BertModel.from_pretrained(folder, dtype=torch.bfloat16).eval()
    sides = {precision: Side(folder, precision, args) for precision in ("FP32", "BF16")}
    full, fast = sides["FP32"].read, sides["BF16"].read
    reference, reduced = hugging_face_reading(model, torch), hugging_face_reading(half, torch)
    runtime = onnx_runtime_reading(model, torch, folder, args.threads)
    for batch in (1, 32):
        programs = {
            "Vitrail fp32": lambda: full(batch, 128),
            "Hugging Face fp32": lambda: reference(batch, 128),
            "ONNX Runtime fp32": lambda: runtime(batch, 128),
            "Vitrail bf16": lambda: fast(batch, 128),
            "Hugging Face bf16": lambda: reduced(batch, 128),
        }
        times = turns(programs, 5, args.rounds if batch > 1 else 2 * args.rounds)
        report(f"BERT-base, 128 tokens, batch {batch}", times, "Hugging Face fp32", lambda millis: f"{millis:.1f} ms")
    for side in sides.values():
        side.program.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", choices=["gpt2", "smollm2", "bert"])
    args = parser.parse_args()
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM
    torch.set_num_threads(args.threads)
    print("| what | program | median | spread | times Hugging Face fp32 |\n|---|---|---|---|---|")
    if args.only in (None, "gpt2"):
        writing("GPT-2 (124M)", GPT2Config(), GPT2LMHeadModel, args, torch)
    if args.only in (None, "smollm2"):
        config = LlamaConfig(vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
                             num_key_value_heads=3, max_position_embeddings=8192, rope_theta=100000.0, tie_word_embeddings=True)
        writing("SmolLM2-135M", config, LlamaForCausalLM, args, torch)
    if args.only in (None, "bert"):
        reading(args, torch)


if __name__ == "__main__":
    main()
