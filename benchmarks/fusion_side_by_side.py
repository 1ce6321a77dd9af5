"""Pictures with texts side by side: this library and Hugging Face transformers (SDPA where the model has it), one run, taking turns.

    pip install torch==2.7.1 transformers==4.57.6 pillow
    mvn -q -DskipTests package                     # in the repository's root
    python benchmarks/fusion_side_by_side.py       # BLIP-base captions and answers at 384 px, CLIP ViT-B/32 with 1,000 labels

Random weights serve. Two threads each (--threads), torch.inference_mode(), warm-ups, and rounds in which every program takes one
turn, in the same order, after a pause, so that all meet the same state of the machine. Nothing else should run. Both sides get a
decoded picture of 640 x 480 pixels and give text back: processing and tokenizing count. Captions have 20 tokens exactly. The
zero-shot pipeline does the same work for each picture again, so it is timed with few and reckoned for 100.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile

from turn_taking import java, summaries, timed, turns

WORDS = 20
LABELS, PICTURES, TIMED = 1000, 100, 2
QUESTION = "what is to be seen here {}"


def report(title, times, base):
    for name, median, least, most, ratio in summaries(times, base):
        print(f"| {title} | {name} | {median:.0f} | {least:.0f} to {most:.0f} | {ratio:.2f} |", flush=True)


def vitrail(task, folder, precision, picture, args):
    """The benchmarks' FusionTurns, which answers by milliseconds."""
    return java("FusionTurns", [task, folder, precision, picture, LABELS], args.threads, ("--add-modules", "jdk.incubator.vector"))


def picture_file(folder):
    import numpy as np
    from PIL import Image
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(0, 256, (24, 32, 3), dtype=np.uint8))
    path = os.path.join(folder, "picture.png")
    small.resize((640, 480), Image.BICUBIC).save(path)
    return path


def word_pieces(folder):
    """A BERT tokenizer of 30,522 pieces: letters, digits, numbered words."""
    from transformers import BertTokenizerFast
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    pieces += list(letters) + ["##" + letter for letter in letters]
    pieces += ["a", "what", "is", "to", "be", "seen", "here", "picture", "of"]
    pieces = list(dict.fromkeys(pieces))
    pieces += [f"word{i}" for i in range(30522 - len(pieces))]
    path = os.path.join(folder, "vocab.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(pieces))
    return BertTokenizerFast(vocab_file=path)


def byte_pairs(folder):
    """A CLIP tokenizer that has whole words for the template's and the labels'."""
    from transformers import CLIPTokenizerFast
    from transformers.models.clip.tokenization_clip import bytes_to_unicode
    letters = list(bytes_to_unicode().values())
    vocabulary = letters + [letter + "</w>" for letter in letters]
    merges = []
    for word in "this is photo of thing".split():
        left = word[0]
        for i, letter in enumerate(word[1:], 1):
            right = letter + ("</w>" if i == len(word) - 1 else "")
            if (left, right) not in merges:
                merges.append((left, right))
                vocabulary.append(left + right)
            left += right
    ids = {piece: i for i, piece in enumerate(dict.fromkeys(vocabulary))}
    ids.update({"<|startoftext|>": 49406, "<|endoftext|>": 49407})
    with open(os.path.join(folder, "vocab.json"), "w", encoding="utf-8") as file:
        json.dump(ids, file)
    with open(os.path.join(folder, "merges.txt"), "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in merges))
    return CLIPTokenizerFast(os.path.join(folder, "vocab.json"), os.path.join(folder, "merges.txt"))


def blip(folder, model_class, torch):
    from transformers import BlipConfig, BlipImageProcessor, BlipProcessor
    config = BlipConfig()
    config.vision_config.image_size = 384
    text = config.text_config
    text.vocab_size, text.encoder_hidden_size = 30524, config.vision_config.hidden_size
    text.bos_token_id, text.sep_token_id, text.eos_token_id, text.pad_token_id = 30522, 102, 2, 0
    torch.manual_seed(0)
    model = model_class(config).eval()
    model.save_pretrained(folder)
    processor = BlipProcessor(BlipImageProcessor(), word_pieces(folder))
    processor.save_pretrained(folder)
    return model, processor


def captions(args, torch):
    from transformers import BlipForConditionalGeneration
    from PIL import Image
    folder = tempfile.mkdtemp(prefix="side-by-side-")
    model, processor = blip(folder, BlipForConditionalGeneration, torch)
    half = BlipForConditionalGeneration.from_pretrained(folder, dtype=torch.bfloat16).eval()
    path = picture_file(folder)
    picture = Image.open(path).convert("RGB")
    sides = {precision: vitrail("caption", folder, precision, path, args) for precision in ("FP32", "AUTO")}

    def reference(of, count, beams):
        def run():
            with torch.inference_mode():
                pixels = processor(images=[picture] * count, return_tensors="pt").pixel_values.to(of.dtype)
                ids = of.generate(pixel_values=pixels, num_beams=beams, min_length=WORDS, max_length=WORDS, do_sample=False)
                processor.batch_decode(ids, skip_special_tokens=True)
        return lambda: timed(run)

    for count, beams in ((1, 1), (1, 3), (4, 1)):
        programs = {
            "Vitrail fp32": lambda: sides["FP32"].number(f"caption {count} {beams}"),
            "Hugging Face fp32": reference(model, count, beams),
            "Vitrail auto": lambda: sides["AUTO"].number(f"caption {count} {beams}"),
            "Hugging Face bf16": reference(half, count, beams),
        }
        times = turns(programs, 2, args.rounds)
        report(f"BLIP-base caption, {count} at once, {'greedy' if beams == 1 else f'{beams} beams'}", times, "Hugging Face fp32")
    for side in sides.values():
        side.end()


def questions(args, torch):
    from transformers import BlipForQuestionAnswering
    from PIL import Image
    folder = tempfile.mkdtemp(prefix="side-by-side-")
    model, processor = blip(folder, BlipForQuestionAnswering, torch)
    path = picture_file(folder)
    picture = Image.open(path).convert("RGB")
    side = vitrail("ask", folder, "FP32", path, args)

    def reference(count):
        def run():
            with torch.inference_mode():
                inputs = processor(images=[picture] * count, text=[QUESTION.format(i) for i in range(count)], return_tensors="pt")
                processor.batch_decode(model.generate(**inputs), skip_special_tokens=True)
        return lambda: timed(run)

    programs = {
        "Vitrail, 1 question": lambda: side.number("ask 1"),
        "Vitrail, 10 questions": lambda: side.number("ask 10"),
        "Hugging Face, 1 question": reference(1),
        "Hugging Face, 10 questions": reference(10),
    }
    times = turns(programs, 2, args.rounds)
    report("BLIP-base answers, fp32", times, "Hugging Face, 1 question")
    ratio = statistics.median(t / o for t, o in zip(times["Vitrail, 10 questions"], times["Vitrail, 1 question"]))
    print(f"10 questions on one picture take {ratio:.2f} times as long as one", flush=True)
    side.end()


def zero_shot(args, torch):
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, ZeroShotImageClassificationPipeline
    from PIL import Image
    folder = tempfile.mkdtemp(prefix="side-by-side-")
    torch.manual_seed(0)
    config = CLIPConfig()
    config.text_config.eos_token_id, config.text_config.bos_token_id = 49407, 49406
    model = CLIPModel(config).eval()
    model.save_pretrained(folder)
    tokenizer, images = byte_pairs(folder), CLIPImageProcessor()
    tokenizer.save_pretrained(folder)
    images.save_pretrained(folder)
    path = picture_file(folder)
    picture = Image.open(path).convert("RGB")
    side = vitrail("zeroshot", folder, "FP32", path, args)
    pipeline = ZeroShotImageClassificationPipeline(model=model, tokenizer=tokenizer, image_processor=images)
    labels = [f"thing {i}" for i in range(LABELS)]

    def reference():
        with torch.inference_mode():
            pipeline([picture] * TIMED, candidate_labels=labels)

    programs = {
        "Vitrail": lambda: side.number(f"zeroshot {PICTURES}"),
        f"Hugging Face, {TIMED} pictures x {PICTURES // TIMED}": lambda: timed(reference) * PICTURES / TIMED,
    }
    times = turns(programs, 1, max(2, args.rounds // 4))
    report(f"CLIP ViT-B/32, {LABELS} labels, {PICTURES} pictures, fp32", times, list(programs)[1])
    side.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", choices=["caption", "ask", "zeroshot"])
    args = parser.parse_args()
    import torch
    torch.set_num_threads(args.threads)
    print("| what | program | median ms | spread | times as fast |\n|---|---|---|---|---|")
    for name, run in {"caption": captions, "ask": questions, "zeroshot": zero_shot}.items():
        if args.only in (None, name):
            run(args, torch)


if __name__ == "__main__":
    sys.exit(main())
