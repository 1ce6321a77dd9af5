"""Records words.json: where the words of captions came from, by Hugging Face transformers 4.57.6 with PyTorch 2.7.1.

    python words.py    # in this folder; the checkpoint is ../goldens/blip_caption/base

The caption is written by greedy search, 15 new tokens at most; then one pass over it, whose cross-attention is averaged over
layers and heads. A word's map is the mean over its tokens, each of which counts with the place before it; without the class
token's share.
"""

import json
import pathlib

import torch
from PIL import Image
from transformers import BlipForConditionalGeneration, BlipProcessor

FOLDER = pathlib.Path(__file__).parent
CHECKPOINT = FOLDER.parent / "goldens" / "blip_caption" / "base"


def words_of(tokens, caption):
    """The numbers of the tokens of each word, by how many of its characters they spell."""
    words = caption.split()
    numbers = [[] for _ in words]
    word, spelled = 0, 0
    for i, token in enumerate(tokens):
        if spelled == len(words[word]):
            word, spelled = word + 1, 0
        numbers[word].append(i)
        spelled += len(token if word == 0 and spelled == 0 else token.removeprefix("##"))
    return list(zip(words, numbers))


def main():
    torch.manual_seed(0)
    processor = BlipProcessor.from_pretrained(CHECKPOINT, use_fast=False)
    model = BlipForConditionalGeneration.from_pretrained(CHECKPOINT, attn_implementation="eager").eval()
    cases = []
    for file in ("photo.png", "drawing.png"):
        for prompt in ("", "a photo of"):
            image = Image.open(CHECKPOINT / file).convert("RGB")
            inputs = processor(images=image, text=prompt or None, return_tensors="pt")
            with torch.no_grad():
                ids = model.generate(**inputs, do_sample=False, num_beams=1, max_new_tokens=15)[0]
                caption = processor.decode(ids, skip_special_tokens=True)
                ids = ids[ids != model.config.text_config.sep_token_id]
                seen = model.vision_model(inputs.pixel_values).last_hidden_state
                out = model.text_decoder(
                    input_ids=ids[None, :-1], encoder_hidden_states=seen, output_attentions=True, is_decoder=True)
            weights = torch.stack(out.cross_attentions).mean(dim=(0, 1, 2))  # places, picture's tokens
            tokens = processor.tokenizer.convert_ids_to_tokens(ids[1:])
            words = [{"word": word, "map": [round(v, 7) for v in weights[numbers, 1:].mean(0).tolist()]}
                     for word, numbers in words_of(tokens, caption)]
            cases.append({"image": file, "prompt": prompt, "caption": caption, "words": words})
    (FOLDER / "words.json").write_text(json.dumps(cases, indent=1) + "\n")


main()
