"""Cases beside those of make_goldens.py's own table: further sizes, options, masks, positions and classes of the models that continue
texts.

    python decoders.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import torch
import transformers as hf
from common import Case, randint, randn, randomise, save_model

TOKENS = 7
VOCABULARY = 40
RIGHT = torch.tensor([[1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0, 0], [1, 1, 0, 1, 1, 1, 1]])
LEFT = torch.tensor([[0, 0, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 1, 1], [1, 1, 1, 1, 1, 1, 1]])
TRACES = dict(output_hidden_states=True, output_attentions=True)
STAGES = ["hidden_states*", "attentions*"]
LOGITS = ["logits"] + STAGES
STATES = ["last_hidden_state"] + STAGES


def case(family, name, about, seed, model, calls):
    """calls: (name, class, what is kept, options, inputs beside the ids; padding on the left has no meaning and is not compared)"""
    case = Case(sys.argv[2], family, name, "library", seed)
    case.about = about
    randomise(model, seed)
    save_model(case, model)
    os.remove(os.path.join(case.folder, "generation_config.json")) if model.can_generate() else None
    for call, cls, keep, options, inputs in calls:
        ids = inputs.pop("input_ids", randint(5, VOCABULARY, (3, TOKENS), seed + 1))
        left = inputs.get("attention_mask") is LEFT
        if "max_new_tokens" in options:
            case.call(call, "generate", cls, inputs=dict(input_ids=ids, **inputs), keep=keep, options=options)
            continue
        case.call(call, "forward", cls, inputs=dict(input_ids=ids, **inputs), keep=keep, options=options,
                  still=("attention_mask",) if "still" in call else (),
                  mask_outputs=f"in.{call}.attention_mask" if left else None)
    case.finish()


def continued(cls, tokens):
    """Texts that go on, padded on the left: by the likeliest token, and by three beams."""
    options = dict(do_sample=False, max_new_tokens=tokens, pad_token_id=0, eos_token_id=2, return_dict_in_generate=True)
    return [("greedy", cls, ["sequences", "logits.*"], dict(options, num_beams=1, output_logits=True),
             dict(attention_mask=LEFT)),
            ("beam", cls, ["sequences", "sequences_scores"], dict(options, num_beams=3, output_scores=True),
             dict(attention_mask=LEFT))]


def places(mask):
    return (mask.cumsum(1) - 1).clamp(min=0)


def padded(head, base, more=()):
    """The calls that every family can do; GPT doesn't leave padding out of its places when it goes on."""
    generation = [] if head.startswith("OpenAI") else continued(head, 6)
    return [("right", head, LOGITS, TRACES, dict(attention_mask=RIGHT)),
            ("left", head, ["logits", "hidden_states*"], dict(output_hidden_states=True), dict(attention_mask=LEFT)),
            ("ids_only", head, ["logits"], {}, {}),
            ("one_token", head, ["logits"], {}, dict(input_ids=torch.tensor([[17]]))),
            ("features", base, STATES, TRACES, dict(attention_mask=RIGHT)), *more, *generation]


# ---- GPT --------------------------------------------------------------------------------------------------------------
def gpt1(**more):
    return hf.OpenAIGPTConfig(**dict(dict(n_embd=12, n_layer=2, n_head=3, vocab_size=VOCABULARY, n_positions=13), **more))


case("openai_gpt", "masks", "Masks, given positions, segments, the longest text; the base model of the same checkpoint.", 101,
     hf.OpenAIGPTLMHeadModel(gpt1(layer_norm_epsilon=1e-3)),
     padded("OpenAIGPTLMHeadModel", "OpenAIGPTModel", [
         ("positions", "OpenAIGPTLMHeadModel", ["logits"], {}, dict(position_ids=randint(0, 13, (3, TOKENS), 3))),
         ("same_positions", "OpenAIGPTLMHeadModel", ["logits"], {}, dict(position_ids=randint(0, 13, (1, TOKENS), 4))),
         ("segments", "OpenAIGPTLMHeadModel", ["logits"], {}, dict(token_type_ids=randint(0, VOCABULARY, (3, TOKENS), 5))),
         ("full_length", "OpenAIGPTModel", STATES, TRACES, dict(input_ids=randint(5, VOCABULARY, (2, 13), 6)))]))
case("openai_gpt", "untied", "Words scored by a matrix of its own; ReLU.", 102,
     hf.OpenAIGPTLMHeadModel(gpt1(tie_word_embeddings=False, afn="relu", n_layer=1)), [
         ("right", "OpenAIGPTLMHeadModel", LOGITS, TRACES, dict(attention_mask=RIGHT))])
case("openai_gpt", "base_alone", "The base model's own checkpoint; SiLU, one head.", 103,
     hf.OpenAIGPTModel(gpt1(afn="swish", n_head=1)), [
         ("right", "OpenAIGPTModel", STATES, TRACES, dict(attention_mask=RIGHT))])


# ---- GPT-2 ------------------------------------------------------------------------------------------------------------
def gpt2(**more):
    return hf.GPT2Config(**dict(dict(n_embd=12, n_layer=2, n_head=3, vocab_size=VOCABULARY, n_positions=13, bos_token_id=1,
                                     eos_token_id=2), **more))


case("gpt2", "masks", "Masks, given positions, segments, the longest text; the base model of the same checkpoint.", 111,
     hf.GPT2LMHeadModel(gpt2(layer_norm_epsilon=1e-3)),
     padded("GPT2LMHeadModel", "GPT2Model", [
         ("positions", "GPT2LMHeadModel", ["logits"], {}, dict(position_ids=randint(0, 13, (3, TOKENS), 3))),
         ("left_with_positions", "GPT2LMHeadModel", ["logits"], {}, dict(attention_mask=LEFT, position_ids=places(LEFT))),
         ("segments", "GPT2LMHeadModel", ["logits"], {}, dict(token_type_ids=randint(0, VOCABULARY, (3, TOKENS), 5))),
         ("full_length", "GPT2Model", STATES, TRACES, dict(input_ids=randint(5, VOCABULARY, (2, 13), 6)))]))
case("gpt2", "scaled_by_layer", "Scores divided by the layer's number too, and upcast; a narrow MLP with ReLU, untied.", 112,
     hf.GPT2LMHeadModel(gpt2(scale_attn_by_inverse_layer_idx=True, reorder_and_upcast_attn=True, n_inner=10, n_layer=3,
                             activation_function="relu", tie_word_embeddings=False)), [
         ("right", "GPT2LMHeadModel", LOGITS, TRACES, dict(attention_mask=RIGHT))])
case("gpt2", "unscaled", "Scores as they are; the base model's own checkpoint.", 113,
     hf.GPT2Model(gpt2(scale_attn_weights=False, activation_function="silu")), [
         ("right", "GPT2Model", STATES, TRACES, dict(attention_mask=RIGHT))])
CONTEXT = dict(encoder_hidden_states=randn((3, 5, 12), 7))
CONTEXT_MASK = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [0, 1, 0, 1, 1]])
CROSSED = LOGITS + ["cross_attentions*"]
case("gpt2", "asks", "A decoder that asks another model's tokens.", 114,
     hf.GPT2LMHeadModel(gpt2(add_cross_attention=True, scale_attn_by_inverse_layer_idx=True)), [
         ("context", "GPT2LMHeadModel", CROSSED, TRACES, dict(CONTEXT)),
         ("padded_context", "GPT2LMHeadModel", CROSSED, TRACES,
          dict(CONTEXT, encoder_attention_mask=CONTEXT_MASK, attention_mask=RIGHT)),
         ("without_context", "GPT2LMHeadModel", ["logits"], {}, {})])


# ---- OPT --------------------------------------------------------------------------------------------------------------
def leave_plain_norms_alone(before):
    def init(self, module):
        if not (isinstance(module, torch.nn.LayerNorm) and module.weight is None):
            before(self, module)

    return init


hf.OPTPreTrainedModel._init_weights = leave_plain_norms_alone(hf.OPTPreTrainedModel._init_weights)


def opt(**more):
    return hf.OPTConfig(**dict(dict(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, ffn_dim=20, vocab_size=VOCABULARY,
                                    max_position_embeddings=13), **more))


OPT_MORE = [("holes", "OPTForCausalLM", ["logits"], {}, dict(attention_mask=torch.tensor(
    [[1, 0, 1, 1, 0, 0, 1], [1, 1, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 1, 0]]))),
            ("positions", "OPTForCausalLM", ["logits"], {}, dict(position_ids=randint(-1, 13, (3, TOKENS), 3))),
            ("full_length", "OPTModel", STATES, TRACES, dict(input_ids=randint(5, VOCABULARY, (2, 13), 6)))]
case("opt", "masks", "Places count real tokens alone; given positions, the longest text.", 121, hf.OPTForCausalLM(opt()),
     padded("OPTForCausalLM", "OPTModel", OPT_MORE))
case("opt", "post_norm", "Norms behind, words half as wide, GELU: like the model of 350 million parameters.", 122,
     hf.OPTForCausalLM(opt(do_layer_norm_before=False, word_embed_proj_dim=6, activation_function="gelu")),
     padded("OPTForCausalLM", "OPTModel"))
case("opt", "without_last_norm", "No norm behind the last layer; no biases, untied, wider words.", 123,
     hf.OPTForCausalLM(opt(_remove_final_layer_norm=True, enable_bias=False, tie_word_embeddings=False,
                           word_embed_proj_dim=15)), [
         ("right", "OPTForCausalLM", LOGITS, TRACES, dict(attention_mask=RIGHT))])
case("opt", "plain_norms", "Norms with nothing learned; the base model's own checkpoint.", 124,
     hf.OPTModel(opt(layer_norm_elementwise_affine=False)), [
         ("right", "OPTModel", STATES, TRACES, dict(attention_mask=RIGHT))])


# ---- Llama and its kin --------------------------------------------------------------------------------------------------
def sizes(**more):
    return dict(dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, intermediate_size=20,
                     vocab_size=VOCABULARY, max_position_embeddings=13, pad_token_id=0), **more)


def llama(**more):
    return hf.LlamaConfig(**sizes(**more))


LLAMA = "LlamaForCausalLM"
LONG = randint(5, VOCABULARY, (2, 29), 8)
SHORT_AND_LONG = [("short", LLAMA, ["logits"], {}, dict(attention_mask=RIGHT)),
                  ("long", LLAMA, ["logits"], {}, dict(input_ids=LONG)),
                  ("positions", LLAMA, ["logits"], dict(use_cache=False), dict(
                      attention_mask=LEFT, position_ids=places(LEFT) * 3 + 2)),
                  *continued(LLAMA, 9)]

case("llama", "masks", "Heads wider than their share, biases everywhere, tied words, GELU; given positions, masks.", 131,
     hf.LlamaForCausalLM(llama(head_dim=6, attention_bias=True, mlp_bias=True, tie_word_embeddings=True, hidden_act="gelu",
                               rms_norm_eps=1e-3, pretraining_tp=2)),
     padded("LlamaForCausalLM", "LlamaModel", [
         ("positions", LLAMA, ["logits"], {}, dict(position_ids=randint(0, 40, (3, TOKENS), 3))),
         ("same_positions", LLAMA, ["logits"], {}, dict(position_ids=randint(0, 40, (1, TOKENS), 4))),
         ("left_with_positions", LLAMA, ["logits"], {}, dict(attention_mask=LEFT, position_ids=places(LEFT)))]))
case("llama", "base_alone", "The base model's own checkpoint; as many heads are asked as ask.", 132,
     hf.LlamaModel(llama(num_key_value_heads=4, rope_theta=500.0)), [
         ("right", "LlamaModel", STATES, TRACES, dict(attention_mask=RIGHT))])
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=13)
LONG_ROPE = dict(rope_type="longrope", short_factor=[1.0, 1.5], long_factor=[1.2, 4.5])
SCALINGS = {
    "linear": dict(rope_type="linear", factor=2.5),
    "dynamic": dict(rope_type="dynamic", factor=2.0),
    "llama3": dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                   original_max_position_embeddings=40),
    "yarn": YARN,
    "yarn_options": dict(YARN, beta_fast=3.0, beta_slow=0.5, mscale=0.7, mscale_all_dim=0.4, truncate=False),
    "yarn_attention_factor": dict(YARN, attention_factor=0.8, original_max_position_embeddings=None),
    "longrope": dict(LONG_ROPE, factor=3.0),
    "longrope_attention_factor": dict(LONG_ROPE, factor=3.0, attention_factor=1.3),
    "old_name": dict(type="linear", factor=3.0),
}
for seed, (name, scaling) in enumerate(SCALINGS.items(), 140):
    wide = dict(head_dim=12) if name == "llama3" else {}
    case("llama", f"rope_{name}", "Rotary positions of texts longer than the training's.", seed,
         hf.LlamaForCausalLM(llama(rope_scaling=scaling, num_hidden_layers=1, rope_theta=100.0, **wide)), SHORT_AND_LONG)
case("llama", "rope_longrope_original", "The training's length beside the longest: their ratio counts.", 160,
     hf.LlamaForCausalLM(llama(rope_scaling=LONG_ROPE, num_hidden_layers=1, original_max_position_embeddings=9)),
     SHORT_AND_LONG)

WINDOWS = dict(use_sliding_window=True, sliding_window=3, num_hidden_layers=3)
case("qwen2", "windows", "A window from the second layer on; heads wider than their share.", 161,
     hf.Qwen2ForCausalLM(hf.Qwen2Config(**sizes(max_window_layers=1, head_dim=6, **WINDOWS))),
     padded("Qwen2ForCausalLM", "Qwen2Model"))
case("qwen2", "layer_types", "Windows in named layers; tied words.", 162,
     hf.Qwen2ForCausalLM(hf.Qwen2Config(**sizes(layer_types=["sliding_attention", "full_attention", "sliding_attention"],
                                                tie_word_embeddings=True, **WINDOWS))),
     padded("Qwen2ForCausalLM", "Qwen2Model"))
case("qwen2", "window_off", "A window that isn't used.", 163,
     hf.Qwen2Model(hf.Qwen2Config(**sizes(sliding_window=3, max_window_layers=0, num_hidden_layers=1))), [
         ("right", "Qwen2Model", STATES, TRACES, dict(attention_mask=RIGHT))])
case("mistral", "windows", "A window in every layer.", 171,
     hf.MistralForCausalLM(hf.MistralConfig(**sizes(sliding_window=3, num_hidden_layers=3, head_dim=6))),
     padded("MistralForCausalLM", "MistralModel"))
case("mistral", "everything", "No window.", 172,
     hf.MistralForCausalLM(hf.MistralConfig(**sizes(sliding_window=None, tie_word_embeddings=True))), [
         ("right", "MistralForCausalLM", LOGITS, TRACES, dict(attention_mask=RIGHT))])


# ---- classifiers of texts: by the last token that isn't padding ---------------------------------------------------------
PAD = 4
PADDED = torch.where(RIGHT.bool(), randint(5, VOCABULARY, (3, TOKENS), 9), PAD)
PADDED_LEFT = torch.where(LEFT.bool(), randint(5, VOCABULARY, (3, TOKENS), 9), PAD)
LABELS = dict(pad_token_id=PAD, id2label={i: name for i, name in enumerate(["red", "green", "blue", "black", "white"])})
for seed, (family, cls, config) in enumerate([
        ("openai_gpt", "OpenAIGPTForSequenceClassification", gpt1(n_layer=1, **LABELS)),
        ("gpt2", "GPT2ForSequenceClassification", gpt2(n_layer=1, **LABELS)),
        ("opt", "OPTForSequenceClassification", opt(num_hidden_layers=1, word_embed_proj_dim=6, **LABELS)),
        ("llama", "LlamaForSequenceClassification", llama(num_hidden_layers=1, **LABELS)),
        ("mistral", "MistralForSequenceClassification", hf.MistralConfig(**sizes(num_hidden_layers=1, **LABELS))),
        ("qwen2", "Qwen2ForSequenceClassification", hf.Qwen2Config(**sizes(num_hidden_layers=1, **LABELS)))], 181):
    case(family, "classification", "Scores of five classes.", seed, getattr(hf, cls)(config), [
        ("right", cls, ["logits", "hidden_states*"], dict(output_hidden_states=True),
         dict(input_ids=PADDED, attention_mask=RIGHT)),
        ("left", cls, ["logits"], {}, dict(input_ids=PADDED_LEFT, attention_mask=LEFT)),
        ("ids_only", cls, ["logits"], {}, dict(input_ids=PADDED)),
        ("padding_alone", cls, ["logits"], {}, dict(input_ids=torch.tensor([[PAD, PAD]])))])
case("gpt2", "classification_without_padding", "No id for padding: one text at a time.", 190,
     hf.GPT2ForSequenceClassification(gpt2(n_layer=1)), [
         ("one", "GPT2ForSequenceClassification", ["logits"], {}, dict(input_ids=PADDED[:1]))])
