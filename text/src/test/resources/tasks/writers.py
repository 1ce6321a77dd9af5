"""Small checkpoints with random weights, stored as float16, that write, and what the reference's generate() makes of texts with them.

    python writers.py ORACLE GOLDENS OUT        the folder of make_goldens.py, its cases, and the one that gets the checkpoints

Each folder gets an expected.json: a list of calls, with what went in (a text, or the messages of a chat), the keyword arguments of
generate(), and by returned sequence the text and the number of its new tokens. Where the tokens continue a prompt, the text is
what the whole decodes to, less what the prompt decodes to.
"""

import json
import os
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import torch
import transformers as hf
from common import randomise
from safetensors.torch import load_file, save_file

GOLDENS, OUT = sys.argv[2:4]
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt", "spiece.model",
             "source.spm", "target.spm", "chat_template.jinja")

TEXTS = ["the cat is on the table", "Two dogs are running, in the Park!", "ZÜRICH 漢字 isn't far . 🙂 the car's red", "a"]
CHATS = [[dict(role="user", content="who is there ?")],
         [dict(role="system", content="Be short."), dict(role="user", content="who is there ?"),
          dict(role="assistant", content="the cat"), dict(role="user", content="and 漢字?")],
         [dict(role="user", content="who is there ?"), dict(role="assistant", content="the cat and ")]]
SEARCHES = [dict(max_new_tokens=12), dict(max_new_tokens=9, num_beams=3, num_return_sequences=2),
            dict(max_length=44, repetition_penalty=1.3, no_repeat_ngram_size=2)]


def checkpoint(name, tokenizer, model, seed, generation=None, **config):
    folder = os.path.join(OUT, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    randomise(model, seed, gain=2.0)
    model.generation_config.update(**(generation or {}))
    model.config.update(config)
    model.save_pretrained(folder)
    weights = os.path.join(folder, "model.safetensors")
    save_file({name: weight.half() for name, weight in load_file(weights).items()}, weights, {"format": "pt"})
    for file in TOKENIZER:
        source = os.path.join(GOLDENS, tokenizer, file)
        if os.path.exists(source):
            shutil.copyfile(source, os.path.join(folder, file))
    return folder


def record(folder, calls):
    with open(os.path.join(folder, "expected.json"), "w", encoding="utf-8") as file:
        json.dump(calls, file, ensure_ascii=False, separators=(",", ":"), default=float)


def generate(model, inputs, options):
    with torch.no_grad():
        return model.generate(**inputs, **options)


def continued(folder, calls):
    tokenizer = hf.AutoTokenizer.from_pretrained(folder)
    model = hf.AutoModelForCausalLM.from_pretrained(folder).eval()
    done = []
    for given, options in calls:
        if isinstance(given, str):
            inputs = tokenizer(given, return_tensors="pt") if given else {}
        else:
            goes_on = given[-1]["role"] == "assistant"
            inputs = tokenizer.apply_chat_template(given, add_generation_prompt=not goes_on, continue_final_message=goes_on,
                                                   return_tensors="pt", return_dict=True)
        inputs.pop("token_type_ids", None)
        prompt = inputs["input_ids"][0] if inputs else torch.tensor([model.generation_config.bos_token_id])
        before = len(tokenizer.decode(prompt, skip_special_tokens=True))
        output = []
        for row in generate(model, inputs, options):
            ids = row.tolist()
            new = ids[len(prompt):]
            eos = model.generation_config.eos_token_id
            new = new[:new.index(eos) + 1] if eos in new else new
            output.append(dict(text=tokenizer.decode(ids, skip_special_tokens=True)[before:], tokens=len(new)))
        done.append(dict(input=given, options=options, output=output))
    record(folder, done)


def answered(folder, calls):
    tokenizer = hf.AutoTokenizer.from_pretrained(folder)
    model = hf.AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    tasks = getattr(model.config, "task_specific_params", None) or {}
    done = []
    for given, options, task in calls:
        settings = dict(tasks.get(task, {}))
        prefix = settings.pop("prefix", "")
        rows = generate(model, tokenizer(prefix + given, return_tensors="pt"), {**settings, **options})
        output = [dict(text=tokenizer.decode(row, skip_special_tokens=True)) for row in rows]
        done.append(dict(input=given, options=options, task=task, output=output))
    record(folder, done)


# ---- what comes next
ids = dict(bos_token_id=339, eos_token_id=339, pad_token_id=339)
folder = checkpoint("stories", "gpt2/base", hf.GPT2LMHeadModel(hf.GPT2Config(
    vocab_size=340, n_positions=48, n_embd=24, n_layer=2, n_head=3, **ids)), 91)
continued(folder, [(text, options) for text in TEXTS + [""] for options in SEARCHES])

ids = dict(bos_token_id=1, eos_token_id=2, pad_token_id=420)
folder = checkpoint("tales", "llama/base", hf.LlamaForCausalLM(hf.LlamaConfig(
    vocab_size=421, max_position_embeddings=64, hidden_size=24, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, intermediate_size=40, tie_word_embeddings=True, **ids)), 92)
continued(folder, [(text, options) for text in TEXTS + [""] for options in SEARCHES])

ids = dict(bos_token_id=337, eos_token_id=339, pad_token_id=337)
folder = checkpoint("chats", "qwen2/base", hf.Qwen2ForCausalLM(hf.Qwen2Config(
    vocab_size=340, max_position_embeddings=160, hidden_size=24, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, intermediate_size=40, tie_word_embeddings=True, **ids)), 93,
    dict(do_sample=False, repetition_penalty=1.1, max_new_tokens=16))
continued(folder, [(chat, options) for chat in CHATS for options in ({}, dict(max_new_tokens=5))] + [(TEXTS[0], {})])

# ---- texts of texts
tasks = dict(
    summarization=dict(prefix="summarize: ", num_beams=2, max_length=14, min_length=6, no_repeat_ngram_size=2,
                       early_stopping=True, length_penalty=2.0),
    translation_en_to_de=dict(prefix="translate English to German: ", max_length=12))
folder = checkpoint("prefixes", "t5/v1_0", hf.T5ForConditionalGeneration(hf.T5Config(
    vocab_size=300, d_model=24, d_kv=6, d_ff=40, num_layers=2, num_heads=4, relative_attention_num_buckets=8,
    relative_attention_max_distance=16, decoder_start_token_id=0)), 94, task_specific_params=tasks)
answered(folder, [(text, options, None) for text in TEXTS for options in SEARCHES] +
         [(text, {}, task) for text in TEXTS[:2] for task in tasks])

ids = dict(eos_token_id=0, forced_eos_token_id=0, pad_token_id=243, decoder_start_token_id=243)
folder = checkpoint("translations", "marian/original_transformer", hf.MarianMTModel(hf.MarianConfig(
    vocab_size=244, decoder_vocab_size=244, d_model=24, encoder_layers=2, decoder_layers=2, encoder_attention_heads=3,
    decoder_attention_heads=3, encoder_ffn_dim=40, decoder_ffn_dim=40, max_position_embeddings=48, activation_function="relu",
    scale_embedding=True, **ids)), 95, dict(num_beams=2, max_length=21, bad_words_ids=[[243]]))
answered(folder, [(text, options, None) for text in TEXTS for options in SEARCHES + [{}]])

ids = dict(bos_token_id=0, eos_token_id=2, pad_token_id=1, decoder_start_token_id=2, forced_eos_token_id=2)
folder = checkpoint("summaries", "bart/base", hf.BartForConditionalGeneration(hf.BartConfig(
    vocab_size=340, max_position_embeddings=48, d_model=24, encoder_layers=2, decoder_layers=2, encoder_attention_heads=3,
    decoder_attention_heads=3, encoder_ffn_dim=40, decoder_ffn_dim=40, **ids)), 96,
    dict(num_beams=3, max_length=16, min_length=5, no_repeat_ngram_size=3, early_stopping=True))
answered(folder, [(text, options, None) for text in TEXTS for options in SEARCHES[1:] + [{}]])
