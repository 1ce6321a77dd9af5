"""Records answers.json: where the words of questions and answers came from, and those of one-stream models, by Hugging Face
transformers 4.57.6 with PyTorch 2.7.1.

    python answers.py    # in this folder; the checkpoints are in ../goldens

What is written is greedy; then one pass over it, whose attention is averaged over layers and heads. A word's map is the mean
over its tokens, each of which counts with the place before it (of a question, its own place). BLIP's answers take from the
question's tokens, and these from the picture: the product of both. GIT and LLaVA take from the picture's tokens in their one
stream. Special tokens of the picture have no place in a map.
"""

import json
import pathlib

import torch
from PIL import Image
from transformers import (
    AutoTokenizer, BlipForQuestionAnswering, BlipProcessor, CLIPImageProcessor, GitForCausalLM,
    LlavaForConditionalGeneration, LlavaProcessor)

FOLDER = pathlib.Path(__file__).parent
GOLDENS = FOLDER.parent / "goldens"


def mean(attentions):
    """[queries, keys] of the only row."""
    return torch.stack(attentions).mean(dim=(0, 1, 2))


def pieces(tokenizer, ids):
    """Words of a WordPiece text, each with the places of its tokens."""
    words = []
    for place, token in enumerate(tokenizer.convert_ids_to_tokens(ids)):
        if token.startswith("##") and words:
            words[-1][0] += token[2:]
            words[-1][1].append(place)
        else:
            words.append([token, [place]])
    return words


def maps(words, weights):
    return [{"word": word, "map": [round(v, 7) for v in weights[places].mean(0).tolist()]} for word, places in words]


def blip(questions):
    folder = GOLDENS / "blip_vqa" / "base"
    processor = BlipProcessor.from_pretrained(folder, use_fast=False)
    model = BlipForQuestionAnswering.from_pretrained(folder, attn_implementation="eager").eval()
    image = Image.open(folder / "photo.png").convert("RGB")
    for question in questions:
        inputs = processor(images=image, text=question, return_tensors="pt")
        written = model.generate(**inputs, do_sample=False, num_beams=1, max_new_tokens=8)[0]
        answer = written[written != model.config.text_config.sep_token_id]
        seen = model.vision_model(inputs.pixel_values).last_hidden_state
        read = model.text_encoder(
            inputs.input_ids, attention_mask=inputs.attention_mask, encoder_hidden_states=seen, output_attentions=True)
        told = model.text_decoder(
            answer[None, :-1], encoder_hidden_states=read.last_hidden_state, output_attentions=True, is_decoder=True)
        places = mean(read.cross_attentions)
        weights = mean(told.cross_attentions) @ places
        yield {
            "case": "blip_vqa/base", "text": question,
            "answer": processor.decode(answer, skip_special_tokens=True),
            "question": maps(pieces(processor.tokenizer, inputs.input_ids[0, 1:-1]), places[1:-1, 1:]),
            "words": maps(pieces(processor.tokenizer, answer[1:]), weights[:, 1:])}


def git(prompts):
    folder = GOLDENS / "git" / "base"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = GitForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()
    image = Image.open(folder / "photo.png").convert("RGB")
    pixels = CLIPImageProcessor.from_pretrained(folder)(image, return_tensors="pt").pixel_values
    for prompt in prompts:
        begun = tokenizer(prompt, return_tensors="pt").input_ids[:, :-1]
        written = model.generate(
            pixel_values=pixels, input_ids=begun, do_sample=False, num_beams=1, max_new_tokens=6)[0]
        ids = written[written != tokenizer.sep_token_id]
        all = mean(model(ids[None, :-1], pixel_values=pixels, output_attentions=True).attentions)
        seen = all.shape[0] - (len(ids) - 1)
        yield {
            "case": "git/base", "text": prompt, "answer": tokenizer.decode(ids, skip_special_tokens=True),
            "words": maps(pieces(tokenizer, ids[1:]), all[seen:, 1:seen])}


def llava(questions):
    folder = GOLDENS / "llava" / "base"
    processor = LlavaProcessor.from_pretrained(folder, use_fast=False)
    model = LlavaForConditionalGeneration.from_pretrained(folder, attn_implementation="eager").eval()
    image = Image.open(folder / "photo.png").convert("RGB")
    for question in questions:
        chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}]
        prompt = processor.apply_chat_template(chat, add_generation_prompt=True)
        inputs = processor(images=image, text=prompt, return_tensors="pt")
        inputs.pop("token_type_ids", None)
        ids = model.generate(**inputs, do_sample=False, num_beams=1, max_new_tokens=3)[0]
        pixels, first = inputs.pixel_values, inputs.input_ids.shape[1]
        all = mean(model(input_ids=ids[None, :-1], pixel_values=pixels, output_attentions=True).attentions)
        weights = all[first - 1:][:, ids[:-1] == model.config.image_token_id]
        answer = processor.decode(ids[first:], skip_special_tokens=True)
        assert not any(c.isspace() for c in answer), answer  # so it is one word
        yield {
            "case": "llava/base", "text": question, "prompt": prompt, "answer": answer,
            "words": maps([(answer, list(range(len(weights))))], weights)}


def main():
    torch.manual_seed(0)
    with torch.no_grad():
        cases = [
            *blip(["what is on the table", "is the cat sleeping"]), *git(["", "a photo of"]),
            *llava(["is the cat sleeping ?"])]
    (FOLDER / "answers.json").write_text(json.dumps(cases, indent=1) + "\n")


main()
