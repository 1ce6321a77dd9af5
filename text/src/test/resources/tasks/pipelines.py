"""Small checkpoints with random weights, stored as float16, and what the reference's pipelines make of texts with them.

    python pipelines.py ORACLE GOLDENS OUT        the folder of make_goldens.py, its cases, and the one that gets the checkpoints

Each folder gets an expected.json: a list of calls, with what went in, the pipeline's arguments, and what came out. The
embeddings are computed here as sentence-transformers does.
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
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "vocab.json", "merges.txt")
ENTITIES = {i: name for i, name in enumerate(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])}
MOODS = {i: name for i, name in enumerate(["calm", "glad", "sad"])}
TINY = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40)
BERT = dict(TINY, vocab_size=320, max_position_embeddings=40)
ROBERTA = dict(TINY, vocab_size=340, max_position_embeddings=42, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1)

TEXTS = ["a photo of a cat on the table", "Two dogs are running, in the Park!", "", "ZÜRICH 漢字 isn't far . 🙂 the car's red"]
CONTEXT = ("The cat is sleeping on the sofa, and two dogs are running in the park. A red car stands behind the house; "
           "it isn't new. The colour of the sky is blue, and the bird sings a song for the children in the garden.")


def checkpoint(name, tokenizer, model, seed):
    folder = os.path.join(OUT, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    randomise(model, seed, gain=2.0)
    model.save_pretrained(folder)
    weights = os.path.join(folder, "model.safetensors")
    save_file({name: weight.half() for name, weight in load_file(weights).items()}, weights, {"format": "pt"})
    for file in TOKENIZER:
        source = os.path.join(GOLDENS, tokenizer, file)
        if os.path.exists(source):
            shutil.copyfile(source, os.path.join(folder, file))
    path = os.path.join(folder, "tokenizer_config.json")
    settings = json.load(open(path))
    settings["model_max_length"] = 40
    json.dump(settings, open(path, "w"), indent=1)
    return folder


def record(folder, calls):
    with open(os.path.join(folder, "expected.json"), "w", encoding="utf-8") as file:
        json.dump(calls, file, ensure_ascii=False, separators=(",", ":"), default=float)


def piped(task, folder, inputs):
    pipe = hf.pipeline(task, model=folder, tokenizer=folder, device=-1, torch_dtype=torch.float32)
    calls = []
    for given, options in inputs:
        out = pipe(**given, **options) if isinstance(given, dict) else pipe(given, **options)
        calls.append(dict(input=given, options=options, output=out))
    record(folder, calls)


# ---- classes of texts
for name, config in (("moods", dict(id2label=MOODS)),
                     ("several_moods", dict(id2label=MOODS, problem_type="multi_label_classification")),
                     ("stars", dict(num_labels=1, problem_type="regression"))):
    folder = checkpoint(name, "bert/model", hf.BertForSequenceClassification(hf.BertConfig(**BERT, **config)), 81)
    piped("text-classification", folder,
          [(text, dict(top_k=None)) for text in TEXTS] +
          [(dict(inputs=dict(text=TEXTS[0], text_pair="is it true ?")), dict(top_k=None))] +
          [(TEXTS[1], dict(top_k=None, function_to_apply=function)) for function in ("softmax", "sigmoid", "none")])

# ---- masked words
for name, tokenizer, model in (
        ("bert_words", "bert/model", hf.BertForMaskedLM(hf.BertConfig(**BERT))),
        ("roberta_words", "roberta/model", hf.RobertaForMaskedLM(hf.RobertaConfig(**ROBERTA)))):
    folder = checkpoint(name, tokenizer, model, 82)
    mask = hf.AutoTokenizer.from_pretrained(folder).mask_token
    piped("fill-mask", folder, [
        (f"a photo of a {mask} on the table", {}), (f"{mask}!", dict(top_k=2)),
        (f"the {mask} is on the {mask} .", dict(top_k=3)),
        (f"the {mask} is red", dict(targets=["dog", "cat", "zebras", "cat"]))])

# ---- classes of tokens
LONG = " ".join([CONTEXT] * 2)
for name, tokenizer, model in (
        ("bert_entities", "bert/model", hf.BertForTokenClassification(hf.BertConfig(**BERT, id2label=ENTITIES))),
        ("roberta_entities", "roberta/model", hf.RobertaForTokenClassification(hf.RobertaConfig(**ROBERTA, id2label=ENTITIES)))):
    folder = checkpoint(name, tokenizer, model, 83)
    piped("token-classification", folder,
          [(text, dict(aggregation_strategy=way)) for text in TEXTS[:2] + TEXTS[3:] + [CONTEXT]
           for way in ("none", "simple", "first", "average", "max")] +
          [(TEXTS[3], dict(aggregation_strategy="simple", ignore_labels=["PER"]))] +
          [(LONG, dict(aggregation_strategy=way, stride=6)) for way in ("simple", "first", "average", "max")])

# ---- answers
QUESTIONS = ["where is the cat ?", "What is blue?"]
for name, tokenizer, model in (
        ("bert_answers", "bert/model", hf.BertForQuestionAnswering(hf.BertConfig(**BERT))),
        ("roberta_answers", "roberta/model", hf.RobertaForQuestionAnswering(hf.RobertaConfig(**ROBERTA))),
        ("distilbert_answers", "distilbert/model", hf.DistilBertForQuestionAnswering(hf.DistilBertConfig(
            dim=24, n_layers=2, n_heads=3, hidden_dim=40, vocab_size=320, max_position_embeddings=40)))):
    folder = checkpoint(name, tokenizer, model, 84)
    piped("question-answering", folder, [
        (dict(question=question, context=context), options)
        for question in QUESTIONS for context in (TEXTS[1], CONTEXT, TEXTS[3] + " " + TEXTS[1]) for options in (
            {}, dict(top_k=3), dict(top_k=3, handle_impossible_answer=True), dict(top_k=2, align_to_words=False),
            dict(top_k=2, max_answer_len=3), dict(top_k=2, max_seq_len=32, doc_stride=7))])

# ---- embeddings
folder = checkpoint("vectors", "bert/model", hf.BertModel(hf.BertConfig(**BERT)), 85)
tokenizer, model = hf.AutoTokenizer.from_pretrained(folder), hf.BertModel.from_pretrained(folder).eval()
calls = []
with torch.no_grad():
    for text in TEXTS + [LONG]:
        inputs = tokenizer(text, return_tensors="pt", truncation=True)
        out = model(**inputs)
        tokens = out.last_hidden_state[0]
        for pooling, vector in dict(POOLED=out.pooler_output[0], FIRST=tokens[0], MEAN=tokens.mean(0),
                                    MAX=tokens.max(0).values).items():
            calls.append(dict(input=text, options=dict(pooling=pooling), output=vector.tolist()))
record(folder, calls)
