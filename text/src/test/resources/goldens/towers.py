"""Text towers of CLIP and SigLIP, alone and within the whole models.

    python towers.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import tiny_tokenizers as tt
import torch
import transformers as hf
from common import Case, randint, randomise, save_model

TRACES = dict(output_hidden_states=True, output_attentions=True)
STAGES = ["hidden_states*", "attentions*"]
POOLED = ["last_hidden_state", "pooler_output"]
PROJECTED = ["last_hidden_state", "text_embeds"]
TINY = dict(vocab_size=50, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
            max_position_embeddings=11)
PICTURES = dict(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=8, patch_size=4)
LONGEST = 16
SENTENCES = ["a small cat", "two dogs are running on the green grass in the park", "the man with a black hat"]
END = 47
TEXTS = torch.tensor([[5, 9, 30, END, 48, 48, 48], [6, END, END, 1, 1, 1, 1], [7, 8, 49, 10, 11, 12, END]])
MASK = torch.tensor([[1, 1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0], [1, 0, 1, 1, 0, 1, 1]])


def case(family, name, about, seed, model, calls, tokenizer=None, padding=True):
    """calls: (name, class, what is kept, options, inputs). With a tokenizer they read SENTENCES."""
    case = Case(sys.argv[2], family, name, "library", seed)
    case.about = about
    save_model(case, randomise(model, seed))
    ids = TEXTS
    if tokenizer:
        tokenizer.save_pretrained(case.folder)
        tt.add_fast_json(tokenizer, case.folder)
        case.call("tokenize", "tokenize", text=SENTENCES, options=dict(padding=padding, truncation=True, max_length=LONGEST))
        ids = "tokenize.input_ids"
    for call, cls, keep, options, inputs in calls:
        inputs = dict(dict(input_ids=ids), **inputs)
        case.call(call, "forward", cls, inputs=inputs, keep=keep, options=options)
    case.finish()


clip = lambda **more: hf.CLIPTextConfig(**dict(TINY, eos_token_id=END, pad_token_id=1, bos_token_id=0, **more))
full = randint(3, 50, (2, 11), 5)

case("clip_text", "model", "Pooled at the first end, or at the beginning where there is none; GELU.", 91,
     hf.CLIPTextModel(clip(hidden_act="gelu", layer_norm_eps=1e-3)), [
         ("ids_only", "CLIPTextModel", POOLED + STAGES, TRACES, {}),
         ("masked", "CLIPTextModel", POOLED + STAGES, TRACES, dict(attention_mask=MASK)),
         ("positions", "CLIPTextModel", POOLED, {}, dict(position_ids=randint(0, 11, (3, 7), 6))),
         ("without_end", "CLIPTextModel", POOLED, {}, dict(input_ids=TEXTS % END)),
         ("full_length", "CLIPTextModel", POOLED, {}, dict(input_ids=full)),
         ("one_token", "CLIPTextModel", POOLED, {}, dict(input_ids=torch.tensor([[END]])))])

config = clip(projection_dim=9)
config.eos_token_id = 2
case("clip_text", "projection", "Pooled at the greatest id, as older configs mean it, and projected; quick GELU.", 92,
     hf.CLIPTextModelWithProjection(config), [
         ("ids_only", "CLIPTextModelWithProjection", PROJECTED + STAGES, TRACES, {}),
         ("masked", "CLIPTextModelWithProjection", PROJECTED, {}, dict(attention_mask=MASK)),
         ("without_projection", "CLIPTextModel", POOLED, {}, {})])

tok = tt.clip(560)
text = hf.CLIPTextConfig(**dict(TINY, vocab_size=len(tok), max_position_embeddings=LONGEST, projection_dim=10),
                         bos_token_id=tok.bos_token_id, eos_token_id=tok.eos_token_id, pad_token_id=tok.pad_token_id)
case("clip_text", "whole", "The text tower of a whole CLIP.", 93, hf.CLIPModel(hf.CLIPConfig.from_text_vision_configs(
    text, hf.CLIPVisionConfig(**PICTURES, projection_dim=10), projection_dim=10)), [
        ("projected", "CLIPTextModelWithProjection", PROJECTED, {}, dict(attention_mask="tokenize.attention_mask")),
        ("features", "CLIPTextModel", POOLED, {}, {})], tok)

siglip = lambda **more: hf.SiglipTextConfig(**dict(TINY, pad_token_id=1, **more))
case("siglip_text", "model", "Pooled at the last token, whatever it is; a projection to another width.", 94,
     hf.SiglipTextModel(siglip(projection_size=13, layer_norm_eps=1e-3)), [
         ("ids_only", "SiglipTextModel", POOLED + STAGES, TRACES, {}),
         ("masked", "SiglipTextModel", POOLED + STAGES, TRACES, dict(attention_mask=MASK)),
         ("positions", "SiglipTextModel", POOLED, {}, dict(position_ids=randint(0, 11, (3, 7), 7))),
         ("full_length", "SiglipTextModel", POOLED, {}, dict(input_ids=full))])

tok = tt.siglip(120)
text = hf.SiglipTextConfig(**dict(TINY, vocab_size=len(tok), max_position_embeddings=LONGEST, hidden_act="relu"))
case("siglip_text", "whole", "The text tower of a whole SigLIP; ReLU.", 95, hf.SiglipModel(
    hf.SiglipConfig.from_text_vision_configs(text, hf.SiglipVisionConfig(**PICTURES))), [
        ("features", "SiglipTextModel", POOLED, {}, {})], tok, "max_length")
