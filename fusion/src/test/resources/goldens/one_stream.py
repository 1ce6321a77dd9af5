"""Cases beside those of make_goldens.py's own table: GIT with films and other sizes, ViLT with other pictures and heads.

    python one_stream.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import torch
import transformers as hf
from common import Case, add_generation, generation_ok, generation_request, randint, randn, randomise, save_model
from common import search, tensors_of

END = 2


# ---- GIT --------------------------------------------------------------------------------------------------------------
def git_config(vision, **more):
    sizes = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, vocab_size=50,
                 max_position_embeddings=19, bos_token_id=1, eos_token_id=END, pad_token_id=0, hidden_dropout_prob=0.0,
                 attention_probs_dropout_prob=0.0)
    eyes = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=28, image_size=20,
                patch_size=5, num_channels=3)
    return hf.GitConfig(vision_config=dict(eyes, **vision), **dict(sizes, **more))


def git(name, about, seed, config, forwards, requests):
    """forwards: (name, options, inputs); requests: of generation, made of a case"""
    case = Case(sys.argv[2], "git", name, "library", seed)
    case.about = about
    wanted = requests(case)
    build = lambda s: randomise(hf.GitForCausalLM(config), s, gain=1.5, embed_std=0.3, pos_std=1.5, eos_rows=[END])
    model = search(build, lambda m: generation_ok(m, tensors_of(case, wanted), END), seed)
    save_model(case, model)
    for call, options, inputs in forwards:
        case.call(call, "forward", "GitForCausalLM", keep=["logits", "hidden_states*", "attentions*"], options=options,
                  inputs=inputs)
    add_generation(case, "GitForCausalLM", wanted)
    case.finish()


WORDS = randint(3, 50, (2, 7), 11)
PADDED = torch.tensor([[1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1, 1]])
PROMPT = torch.cat([torch.ones(2, 1, dtype=torch.long), randint(3, 50, (2, 4), 12)], 1)


def film_requests(case):
    film = {"pixel_values": case.tensor("film", randn((2, 3, 3, 20, 20), 14))}
    return [generation_request("greedy", film, dict(max_length=12)),
            generation_request("beam", film, dict(num_beams=3, max_length=12)),
            generation_request("prompt", dict(film, input_ids=case.tensor("prompt", PROMPT)), dict(max_length=14), 5)]


git("film", "Films of up to three pictures; widths that differ, ReLU in the text, GELU in the tower.", 71,
    git_config(dict(hidden_act="gelu", layer_norm_eps=1e-3), num_image_with_embedding=3, hidden_act="relu",
               layer_norm_eps=1e-3),
    [("three", dict(output_hidden_states=True),
      dict(pixel_values=randn((2, 3, 3, 20, 20), 15), input_ids=WORDS, attention_mask=PADDED)),
     ("two", {}, dict(pixel_values=randn((2, 2, 3, 20, 20), 16), input_ids=WORDS)),
     ("one", {}, dict(pixel_values=randn((2, 1, 3, 20, 20), 17), input_ids=WORDS[:, :1])),
     ("a_picture", {}, dict(pixel_values=randn((2, 3, 20, 20), 18), input_ids=WORDS))],
    film_requests)


def sampled_requests(case):
    picture = {"pixel_values": case.tensor("picture", randn((2, 1, 15, 15), 21))}
    return [generation_request("greedy", picture, dict(max_length=10)),
            generation_request("beam", picture, dict(num_beams=4, num_return_sequences=2, max_length=10))]


git("tied", "Words are recognised by the vectors that embed them; grey pictures, of another size too.", 72,
    git_config(dict(num_channels=1, image_size=15, num_hidden_layers=1), tie_word_embeddings=True,
               hidden_act="gelu_new"),
    [("wide", dict(output_attentions=True, interpolate_pos_encoding=True),
      dict(pixel_values=randn((2, 1, 16, 33), 22), input_ids=WORDS, attention_mask=PADDED)),
     ("full_length", {}, dict(pixel_values=randn((1, 1, 15, 15), 23), input_ids=randint(3, 50, (1, 19), 24)))],
    sampled_requests)


# ---- ViLT -------------------------------------------------------------------------------------------------------------
def vilt_config(**more):
    sizes = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, vocab_size=50,
                 max_position_embeddings=11, image_size=20, patch_size=5, type_vocab_size=2)
    return hf.ViltConfig(**dict(sizes, **more))


def sizes_to_mask(height, width, sizes):
    mask = torch.zeros(len(sizes), height, width, dtype=torch.long)
    for i, (h, w) in enumerate(sizes):
        mask[i, :h, :w] = 1
    return mask


def vilt(name, about, seed, cls, config, calls):
    """calls: (name, class, what is kept, options, inputs)"""
    case = Case(sys.argv[2], "vilt", name, "library", seed)
    case.about = about
    case.notes.append("The reference draws the order of patches; what is kept doesn't depend on it.")
    save_model(case, randomise(getattr(hf, cls)(config), seed))
    for call, used, keep, options, inputs in calls:
        case.call(call, "forward", used, keep=keep, options=options, inputs=inputs, still=("pixel_mask",))
    case.finish()


TEXT = dict(input_ids=randint(3, 50, (3, 7), 31), token_type_ids=randint(0, 2, (3, 7), 32),
            attention_mask=torch.tensor([[1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1, 1], [1, 1, 0, 1, 1, 1, 0]]))
UNEVEN = dict(pixel_values=randn((3, 3, 17, 23), 33), pixel_mask=sizes_to_mask(17, 23, [(17, 11), (7, 23), (14, 19)]))
POOLED = ["pooler_output"]

vilt("uneven", "Pictures of three sizes in a batch, none of whole patches; patches without a mask.", 81, "ViltModel",
     vilt_config(hidden_act="relu", layer_norm_eps=1e-3, qkv_bias=False), [
         ("uneven", "ViltModel", POOLED, {}, dict(TEXT, **UNEVEN)),
         ("one_patch", "ViltModel", POOLED, {}, dict(
             input_ids=TEXT["input_ids"][:2], pixel_values=randn((2, 3, 10, 10), 34),
             pixel_mask=sizes_to_mask(10, 10, [(5, 5), (10, 10)]))),
         ("its_size", "ViltModel", POOLED, {}, dict(
             input_ids=TEXT["input_ids"], pixel_values=randn((3, 3, 20, 20), 35))),
         ("large", "ViltModel", POOLED, {}, dict(
             input_ids=randint(3, 50, (1, 11), 36), pixel_values=randn((1, 3, 53, 41), 37)))])

vilt("answers", "Five answers; the same checkpoint without its head.", 82, "ViltForQuestionAnswering",
     vilt_config(id2label={i: f"answer {i}" for i in range(5)}, type_vocab_size=3), [
         ("uneven", "ViltForQuestionAnswering", ["logits"], {}, dict(TEXT, **UNEVEN)),
         ("features", "ViltModel", POOLED, {}, dict(TEXT, **UNEVEN))])

vilt("match", "Whether text and picture belong together.", 83, "ViltForImageAndTextRetrieval",
     vilt_config(num_hidden_layers=1), [
    ("uneven", "ViltForImageAndTextRetrieval", ["logits"], {}, dict(TEXT, **UNEVEN)),
    ("no_mask", "ViltForImageAndTextRetrieval", ["logits"], {}, dict(
        input_ids=TEXT["input_ids"], pixel_values=randn((3, 3, 31, 20), 38)))])

vilt("pairs", "What is true of two pictures.", 84, "ViltForImagesAndTextClassification",
     vilt_config(num_hidden_layers=1, num_images=2, modality_type_vocab_size=3, num_labels=4), [
         ("uneven", "ViltForImagesAndTextClassification", ["logits"], {}, dict(
             TEXT, pixel_values=randn((3, 2, 3, 17, 23), 39),
             pixel_mask=torch.stack([UNEVEN["pixel_mask"], UNEVEN["pixel_mask"].flip(0)], 1))),
         ("no_mask", "ViltForImagesAndTextClassification", ["logits"], {}, dict(
             input_ids=TEXT["input_ids"], pixel_values=randn((3, 2, 3, 20, 20), 40)))])

vilt("words", "Masked words.", 85, "ViltForMaskedLM", vilt_config(num_hidden_layers=1, hidden_act="gelu_new"), [
    ("uneven", "ViltForMaskedLM", ["logits"], {}, dict(TEXT, **UNEVEN))])

vilt("tied_words", "Masked words, recognised by the vectors that embed them.", 86, "ViltForMaskedLM",
     vilt_config(num_hidden_layers=1, tie_word_embeddings=True), [
         ("uneven", "ViltForMaskedLM", ["logits"], {}, dict(TEXT, **UNEVEN))])

vilt("tags", "A class for each word.", 87, "ViltForTokenClassification",
     vilt_config(num_hidden_layers=1, num_labels=5), [
    ("uneven", "ViltForTokenClassification", ["logits"], {}, dict(TEXT, **UNEVEN))])
