"""Cases beside those of make_goldens.py's own table: models that read a text and write another, and decoders that ask what another
model left: other sizes, activations, positions, masks and heads, and weights as older versions of the reference saved them.

    python text_to_text.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import torch
import transformers as hf
from common import Case, generator, randint, randomise, save_model
from transformers.models.blip.modeling_blip_text import BlipTextLMHeadModel

hf.BlipTextLMHeadModel = BlipTextLMHeadModel  # a class that transformers doesn't list

TRACES = dict(output_hidden_states=True, output_attentions=True)
BOTH = ["encoder_last_hidden_state", "encoder_hidden_states*", "encoder_attentions*", "decoder_hidden_states*",
        "decoder_attentions*", "cross_attentions*"]
ONE = ["hidden_states*", "attentions*", "cross_attentions*"]
SOURCE, TARGET = 7, 5
RIGHT = torch.tensor([[1] * 7, [1] * 4 + [0] * 3, [1] * 6 + [0]])
LEFT = RIGHT.flip(1)
TARGET_RIGHT = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0]])
TARGET_LEFT = TARGET_RIGHT.flip(1)


def case(family, name, about, seed, model, calls, save=save_model):
    """calls: (name, class, what is kept, options, inputs, which outputs have a meaning)"""
    case = Case(sys.argv[2], family, name, "library", seed)
    case.about = about
    randomise(model, seed)
    save(case, model)
    for call, cls, keep, options, inputs, *mask in calls:
        still = ("encoder_attention_mask",) if family == "blip_text" else ()  # transformers doesn't hand it on
        case.call(call, "forward", cls, inputs=inputs, keep=keep, options=options, still=still,
                  mask_outputs=case.tensor(call + ".meant", mask[0]) if mask else None)
    case.finish()


def texts(seed, source=SOURCE, target=TARGET, **masks):
    """Ids of three texts to read and three to write."""
    return dict(input_ids=randint(3, 50, (3, source), seed), decoder_input_ids=randint(3, 50, (3, target), seed + 1), **masks)


def padded(seed):
    """The calls of a model that writes: padding behind, padding before, none."""
    return [(f"{side}", dict(texts(seed + i, attention_mask=mask, decoder_attention_mask=target)), meant)
            for i, (side, mask, target, meant) in enumerate([
                ("right", RIGHT, TARGET_RIGHT, []), ("left", LEFT, TARGET_LEFT, [TARGET_LEFT])])]


def writing(cls, seed, **more):
    """Padding behind, with all stages; padding before; a long text; a single token."""
    calls = [(side, cls, ["logits"] + (BOTH if side == "right" else []), TRACES if side == "right" else {}, inputs, *meant)
             for side, inputs, meant in padded(seed)]
    return calls + [("long", cls, ["logits"], {}, texts(seed + 5, **more)),
                    ("one_token", cls, ["logits"], {}, texts(seed + 7, 1, 1))]


def features(cls, seed):
    return [("features", cls, ["last_hidden_state"] + BOTH, TRACES, texts(seed, attention_mask=RIGHT))]


# ---- Marian, BART -----------------------------------------------------------------------------------------------------
UNEVEN = dict(d_model=12, vocab_size=50, encoder_layers=1, decoder_layers=2, encoder_attention_heads=3,
              decoder_attention_heads=2, encoder_ffn_dim=20, decoder_ffn_dim=28, max_position_embeddings=13, pad_token_id=1)
SMALL = dict(UNEVEN, decoder_layers=1)
marian = lambda sizes, **more: hf.MarianConfig(**dict(sizes, decoder_start_token_id=1, **more))
FULL = dict(source=13, target=13)

case("marian", "uneven", "Encoder and decoder of different sizes; SiLU; scaled words.", 201,
     hf.MarianMTModel(marian(UNEVEN, activation_function="swish", scale_embedding=True, decoder_vocab_size=44)),
     writing("MarianMTModel", 210, **FULL))
case("marian", "own_words", "Words of both sides with vectors of their own; the target's recognise words, too.", 202,
     hf.MarianMTModel(marian(SMALL, share_encoder_decoder_embeddings=False, normalize_before=False,
                             static_position_embeddings=True)), writing("MarianMTModel", 220, **FULL))
case("marian", "untied", "Words are recognised by a matrix of its own.", 203,
     hf.MarianMTModel(marian(SMALL, tie_word_embeddings=False, activation_function="relu")),
     writing("MarianMTModel", 230, **FULL)[:1])
case("marian", "model", "The base model, whose sines are stored with it.", 204, hf.MarianModel(marian(SMALL)),
     features("MarianModel", 240))

bart = lambda sizes, **more: hf.BartConfig(**dict(sizes, **more))
case("bart", "uneven", "Encoder and decoder of different sizes; scaled words; the base model of the same checkpoint.", 205,
     hf.BartForConditionalGeneration(bart(UNEVEN, scale_embedding=True, activation_function="gelu_new")),
     writing("BartForConditionalGeneration", 250, **FULL) + features("BartModel", 258))
case("bart", "model", "The base model alone.", 206, hf.BartModel(bart(SMALL, activation_function="relu")),
     features("BartModel", 260))


def with_copies(case, model):
    """A pickle with all names of tied weights, and what versions 1 and 2 of the reference stored for nothing."""
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(case.folder)
    weights = dict(model.state_dict())
    if model.config.model_type == "t5":
        name = "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"
        weights[name] = torch.randn(model.config.relative_attention_num_buckets, model.config.num_heads,
                                    generator=generator(7))
    torch.save(weights, os.path.join(case.folder, "pytorch_model.bin"))


case("bart", "stored_before", "Saved as years ago.", 207,
     hf.BartForConditionalGeneration(bart(SMALL)),
     writing("BartForConditionalGeneration", 270)[:1], with_copies)

# ---- T5 ---------------------------------------------------------------------------------------------------------------
T5 = dict(d_model=12, d_kv=4, d_ff=28, num_heads=5, num_layers=1, vocab_size=50, relative_attention_num_buckets=6,
          relative_attention_max_distance=11)
t5 = lambda **more: hf.T5Config(**dict(T5, **more))
FAR = dict(source=29, target=23)

case("t5", "uneven", "Encoder and decoder of different depth; gated SiLU, own head; texts beyond the greatest distance.", 208,
     hf.T5ForConditionalGeneration(t5(num_layers=2, num_decoder_layers=1, feed_forward_proj="gated-silu",
                                      tie_word_embeddings=False, layer_norm_epsilon=1e-3)),
     writing("T5ForConditionalGeneration", 280, **FAR))
case("t5", "tied", "GELU without a gate, the words' own head; the base model and the encoder of the same checkpoint.", 209,
     hf.T5ForConditionalGeneration(t5(feed_forward_proj="gelu", relative_attention_num_buckets=9)),
     writing("T5ForConditionalGeneration", 290, **FAR) + features("T5Model", 298) + [
         ("encoder", "T5EncoderModel", ["last_hidden_state", "hidden_states*", "attentions*"], TRACES,
          dict(input_ids=randint(3, 50, (3, SOURCE), 299), attention_mask=LEFT))])
case("t5", "model", "The base model alone, as wide as its heads together.", 211, hf.T5Model(t5(d_kv=3, num_heads=4)),
     features("T5Model", 300))
case("t5", "encoder", "The encoder alone.", 212, hf.T5EncoderModel(t5(feed_forward_proj="gated-gelu")), [
    ("forward", "T5EncoderModel", ["last_hidden_state", "hidden_states*", "attentions*"], TRACES,
     dict(input_ids=randint(3, 50, (3, SOURCE), 302), attention_mask=RIGHT)),
    ("long", "T5EncoderModel", ["last_hidden_state"], {}, dict(input_ids=randint(3, 50, (2, 40), 303)))])
case("t5", "stored_before", "Saved as years ago.", 213, hf.T5ForConditionalGeneration(t5()),
     writing("T5ForConditionalGeneration", 310)[:1], with_copies)

# ---- decoders that ask what another model left ------------------------------------------------------------------------
CONTEXT_MASK = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [0, 1, 1, 1]])


def asking(cls, seed, width, keep, ids=None, **more):
    """With and without a context, with padding on both sides, and one token."""
    context = torch.randn(3, 4, width, generator=generator(seed))
    ids = randint(3, 50, (3, TARGET), seed + 1) if ids is None else ids
    return [
        ("asking", cls, keep + ONE, TRACES, dict(input_ids=ids, attention_mask=TARGET_RIGHT, encoder_hidden_states=context,
                                                 encoder_attention_mask=CONTEXT_MASK)),
        ("left", cls, keep[:1], {}, dict(input_ids=ids, attention_mask=TARGET_LEFT, encoder_hidden_states=context),
         TARGET_LEFT),
        ("alone", cls, keep + ["hidden_states*"], dict(output_hidden_states=True), dict(input_ids=ids, **more)),
        ("one_token", cls, keep[:1], {}, dict(input_ids=ids[:, :1], encoder_hidden_states=context))]


TROCR = dict(d_model=12, vocab_size=50, decoder_layers=2, decoder_attention_heads=3, decoder_ffn_dim=20,
             max_position_embeddings=13, cross_attention_hidden_size=8)
case("trocr", "learned", "Learned positions; scaled words without a norm; a context of another width.", 214,
     hf.TrOCRForCausalLM(hf.TrOCRConfig(**TROCR, layernorm_embedding=False, scale_embedding=True)),
     asking("TrOCRForCausalLM", 320, 8, ["logits"]))
WITH_PADDING = torch.tensor([[12, 7, 8, 9, 10], [12, 7, 4, 1, 1], [13, 1, 7, 8, 9]])
case("trocr", "sinusoidal", "Sines as positions, counted over what isn't padding; own head; ReLU.", 215,
     hf.TrOCRForCausalLM(hf.TrOCRConfig(**dict(TROCR, cross_attention_hidden_size=None), tie_word_embeddings=False,
                                        use_learned_position_embeddings=False, activation_function="relu")),
     asking("TrOCRForCausalLM", 330, 12, ["logits"], WITH_PADDING))

BERT = dict(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20, vocab_size=50,
            max_position_embeddings=13)
blip = lambda **more: hf.BlipTextConfig(**dict(BERT, encoder_hidden_size=8, **more))
case("blip_text", "decoder", "Writes, and asks a context of another width.", 216, BlipTextLMHeadModel(blip()),
     asking("BlipTextLMHeadModel", 340, 8, ["logits"]))
case("blip_text", "encoder", "Reads, and asks a context; with its pooler.", 217,
     hf.BlipTextModel(blip(hidden_act="relu", layer_norm_eps=1e-3)),
     asking("BlipTextModel", 350, 8, ["last_hidden_state", "pooler_output"]))
case("blip_text", "encoder_alone", "Reads, and asks nothing.", 218, hf.BlipTextModel(blip(is_decoder=False)),
     asking("BlipTextModel", 360, 8, ["last_hidden_state", "pooler_output"])[2:3])
case("bert", "decoder", "Writes, and asks a context.", 219,
     hf.BertLMHeadModel(hf.BertConfig(**BERT, is_decoder=True, add_cross_attention=True)),
     asking("BertLMHeadModel", 370, 12, ["logits"], token_type_ids=randint(0, 2, (3, TARGET), 9)))
case("bert", "decoder_alone", "Writes, and asks nothing; words are recognised by a matrix of its own.", 221,
     hf.BertLMHeadModel(hf.BertConfig(**BERT, is_decoder=True, tie_word_embeddings=False, hidden_act="gelu_new")),
     asking("BertLMHeadModel", 380, 12, ["logits"])[2:3])
