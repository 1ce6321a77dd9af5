"""Records places.json: what words took from a picture's places where no token is one, by Hugging Face transformers 4.57.6 and,
of CoCa, open_clip_torch 3.3.0, with PyTorch 2.7.1.

    python places.py    # in this folder; the checkpoints are in ../goldens; SmolVLM's processor needs num2words

As in answers.py, one pass over a text, whose attention is averaged over layers and heads. Of SmolVLM and Idefics3, each token's
share is painted evenly on the square that it saw of its tile, or of the whole picture; a place is what a tile's side has of
tokens, and gets what is painted there. Of BLIP-2 and CoCa, what a token took from the queries, times what these took from the
vision tower's tokens. Of ViLT, what the first token, which the answer is read from, took from the patches, and so each token
of the question.
"""

import json
import pathlib

import torch
import transformers

transformers.BeamSearchScorer = None  # open_clip wants to see it

from open_clip.coca_model import CoCa
from PIL import Image
from safetensors.torch import load_file
from transformers import (
    AutoTokenizer, Blip2ForConditionalGeneration, BlipImageProcessor, Idefics3ForConditionalGeneration, Idefics3Processor,
    SmolVLMForConditionalGeneration, SmolVLMProcessor, ViltForQuestionAnswering, ViltProcessor)

FOLDER = pathlib.Path(__file__).parent
GOLDENS = FOLDER.parent / "goldens"


def mean(attentions):
    """[queries, keys] of the only row."""
    return torch.stack(tuple(attentions)).mean(dim=(0, 1, 2))


def rounded(values):
    return [round(v, 7) for v in values.flatten().tolist()]


def words(tokenizer, ids, weights):
    """A word begins where what a token adds to the text begins with a space."""
    found, text = [], ""
    for i in range(len(ids)):
        longer = tokenizer.decode(ids[:i + 1], skip_special_tokens=True)
        piece, text = longer[len(text):], longer
        if not found or piece[:1].isspace():
            found.append(["", []])
        found[-1][0] += piece
        found[-1][1].append(i)
    return [{"word": word.strip(), "map": rounded(weights[rows].mean(0))} for word, rows in found if word.strip()]


def painted(token, tiles, tokens, side):
    """The canvas of one side, [tokens of tiles and of the whole, places]: a tile's pixel is `tokens` points."""
    tile, whole = torch.zeros(tiles, tokens, tiles * side * tokens), torch.zeros(tokens, tiles * side * tokens)
    for k in range(tokens):
        for n in range(tiles):
            first = (n * side + k * token) * tokens
            tile[n, k, first:first + token * tokens] = 1 / (token * tokens)
        first, size = k * token * tokens * tiles, token * tokens * tiles
        whole[k, first:first + size] = 1 / size
    step = side if tiles > 1 else token
    places = lambda canvas: canvas.unflatten(-1, (-1, step if tiles > 1 else token * tokens)).sum(-1)
    cut = slice(None) if tiles > 1 else slice(0, token * tokens * tokens)
    return places(tile[..., cut].double()), places(whole[..., cut].double())


def tiled(model_class, processor_class, case, image, question, **settings):
    folder = GOLDENS / case
    processor = processor_class.from_pretrained(folder)
    for name, value in settings.items():
        setattr(processor.image_processor, name, value)
    model = model_class.from_pretrained(folder, attn_implementation="eager").eval()
    picture = Image.open(folder / image).convert("RGB")
    chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}]
    prompt = processor.apply_chat_template(chat, add_generation_prompt=True)
    inputs = processor(images=[picture], text=prompt, return_tensors="pt")
    tiles = processor.image_processor([picture], return_tensors="pt", return_row_col_info=True)
    rows, columns = tiles["rows"][0][0], tiles["cols"][0][0]
    ids = model.generate(**inputs, do_sample=False, num_beams=1, max_new_tokens=5)[0]
    first = inputs.input_ids.shape[1]
    written = ids[first:] if ids[-1] != model.config.text_config.eos_token_id else ids[first:-1]
    ids = torch.cat([ids[:first], written])
    all = mean(model(input_ids=ids[None, :-1], pixel_values=inputs.pixel_values, output_attentions=True).attentions)
    seen = ids[:-1] == model.config.image_token_id
    side, patch, joined = inputs.pixel_values.shape[-1], model.config.vision_config.patch_size, model.config.scale_factor
    tokens = side // patch // joined
    down, down_whole = painted(patch * joined, max(rows, 1), tokens, side)
    across, across_whole = painted(patch * joined, max(columns, 1), tokens, side)
    taken = all[first - 1:][:, seen].double().unflatten(1, (-1, tokens, tokens))
    places = torch.einsum("wkl,ky,lx->wyx", taken[:, -1], down_whole, across_whole)
    if rows:
        cut = taken[:, :-1].unflatten(1, (rows, columns))
        places = places + torch.einsum("wrckl,rky,clx->wyx", cut, down, across)
    assert torch.allclose(places.sum((1, 2)), taken.sum((1, 2, 3)))
    yield {
        "case": case, "image": image, "text": question, "settings": settings, "tiles": [rows, columns],
        "grid": list(places.shape[1:]),
        "answer": processor.decode(written, skip_special_tokens=True),
        "words": words(processor.tokenizer, written, places.flatten(1))}


def asked(model):
    """What comes to hold what the Q-Former's queries take, layer by layer."""
    layers = [layer for layer in model.qformer.encoder.layer if layer.has_cross_attention]
    weights = [None] * len(layers)

    def keep(i):
        return lambda module, inputs, out: weights.__setitem__(i, out[1])

    for i, layer in enumerate(layers):
        layer.crossattention.attention.register_forward_hook(keep(i))
    return weights


def blip2(prompts):
    folder = GOLDENS / "blip2" / "opt"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = Blip2ForConditionalGeneration.from_pretrained(folder, attn_implementation="eager").eval()
    image = Image.open(folder / "photo.png").convert("RGB")
    pixels = BlipImageProcessor.from_pretrained(folder)(image, return_tensors="pt").pixel_values
    queries = asked(model)
    places = [model.config.image_token_index] * model.config.num_query_tokens
    for prompt in prompts:
        begun = torch.tensor([places + tokenizer(prompt).input_ids])
        ids = model.generate(pixel_values=pixels, input_ids=begun, do_sample=False, num_beams=1, max_new_tokens=6)[0]
        ids = torch.cat([begun[0], ids[begun.shape[1]:] if ids[0] == begun[0, 0] else ids])
        ids = ids[:-1] if ids[-1] == 2 else ids
        first = begun.shape[1]
        out = model(pixel_values=pixels, input_ids=ids[None, :-1], output_attentions=True)
        taken = mean(out.language_model_outputs.attentions)[first - 1:, :len(places)]
        weights = taken @ mean(queries)
        yield {
            "case": "blip2/opt", "text": prompt, "answer": tokenizer.decode(ids[first:], skip_special_tokens=True),
            "words": words(tokenizer, ids[first:], weights[:, 1:])}


def answering(written):
    """T5 asks what its encoder made of the queries."""
    folder = GOLDENS / "blip2" / "t5_padding"
    model = Blip2ForConditionalGeneration.from_pretrained(folder, attn_implementation="eager").eval()
    pixels = load_file(folder / "golden.safetensors")["in.pixel_values"][:1]
    queries, count = asked(model), model.config.num_query_tokens
    source = [7, *[model.config.image_token_index] * count, 11, 23, 1]
    begun = [0]
    out = model(
        pixel_values=pixels, input_ids=torch.tensor([source]), decoder_input_ids=torch.tensor([begun + written[:-1]]),
        output_attentions=True)
    taken = mean(out.language_model_outputs.cross_attentions)[:, 1:1 + count]
    weights = taken @ mean(queries)
    yield taken_of("blip2/t5_padding", source, begun, written, weights)


def taken_of(case, source, begun, written, weights):
    return {
        "case": case, "source": source, "begun": begun, "written": written,
        "taken": [rounded(row) for row in weights]}


def recording(attention, weights):
    """Keeps what a torch.nn.MultiheadAttention takes from where, which open_clip doesn't ask for."""
    plain = attention.forward

    def forward(*args, **named):
        out = plain(*args, **{**named, "need_weights": True, "average_attn_weights": False})
        weights.append(out[1])
        return out

    attention.forward = forward


def coca(case, begun, written):
    folder = GOLDENS / "coca" / case
    config = json.loads((folder / "open_clip_config.json").read_text())["model_cfg"]
    model = CoCa(**{k: v for k, v in config.items() if k != "custom_text"})
    model.load_state_dict(load_file(folder / "open_clip_model.safetensors"))
    model = model.float().eval()
    asked, taken = [], []
    if getattr(model.visual, "attn_pool", None) is not None:
        recording(model.visual.attn_pool.attn, asked)
    for layer in model.text_decoder.cross_attn:
        recording(layer.attn, taken)
    pixels = next(v for k, v in load_file(folder / "golden.safetensors").items() if k.startswith("in.image."))[:1].float()
    model(pixels, torch.tensor([begun + written]))  # which asks for what follows all but the last
    weights = mean(taken)
    if asked:
        queries = mean(asked)
        weights = weights @ queries[len(queries) - weights.shape[1]:]
    yield taken_of("coca/" + case, [], begun, written, weights)


def vilt(image, question):
    folder = GOLDENS / "vilt" / "vqa"
    processor = ViltProcessor.from_pretrained(folder)
    model = ViltForQuestionAnswering.from_pretrained(folder, attn_implementation="eager").eval()
    inputs = processor(images=Image.open(folder / image).convert("RGB"), text=question, return_tensors="pt")
    height, width = inputs.pixel_values.shape[-2:]
    random = torch.multinomial
    torch.multinomial = lambda weights, count: torch.arange(count)  # patches in their order
    out = model(**inputs, output_attentions=True)
    torch.multinomial = random
    ids = inputs.input_ids[0]
    all = mean(out.attentions)[:len(ids), len(ids) + 1:]
    pieces = []
    for place, token in enumerate(processor.tokenizer.convert_ids_to_tokens(ids)[1:-1], 1):
        if token.startswith("##"):
            pieces[-1] = (pieces[-1][0] + token[2:], [*pieces[-1][1], place])
        else:
            pieces.append((token, [place]))
    yield {
        "case": "vilt/vqa", "image": image, "text": question, "grid": [height // 8, width // 8],
        "answer": model.config.id2label[out.logits.argmax().item()],
        "question": [{"word": word, "map": rounded(all[rows].mean(0))} for word, rows in pieces],
        "words": [{"word": model.config.id2label[out.logits.argmax().item()], "map": rounded(all[0])}]}


def main():
    torch.manual_seed(0)
    smolvlm = (SmolVLMForConditionalGeneration, SmolVLMProcessor, "smolvlm/base")
    idefics3 = (Idefics3ForConditionalGeneration, Idefics3Processor, "smolvlm/idefics3")
    tiles = dict(max_image_size={"longest_edge": 34}, size={"longest_edge": 130})  # 2 pixels of each belong to no token
    with torch.no_grad():
        cases = [
            *tiled(*smolvlm, "photo.png", "is the cat sleeping ?"), *tiled(*smolvlm, "drawing.png", "why ?"),
            *tiled(*smolvlm, "photo.png", "is it red ?", **tiles),
            *tiled(*smolvlm, "photo.png", "why ?", do_image_splitting=False),
            *tiled(*idefics3, "photo.png", "why ?"),
            *blip2(["", "a photo of"]), *answering([5, 9, 2, 30]),
            *coca("queries", [59], [5, 9, 2, 30]), *coca("cascade", [45], [5, 9, 2]), *coca("parallel", [51], [7, 4]),
            *coca("patches", [48], [3, 6, 9]),
            *vilt("photo.png", "what is on the table"), *vilt("photo_tall.png", "is it red")]
    (FOLDER / "places.json").write_text(json.dumps(cases) + "\n")


main()
