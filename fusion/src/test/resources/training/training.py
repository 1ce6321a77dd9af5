"""Cases of losses, schedules and trainings beside those of make_goldens.py's own table: targets of every form, schedules
behind their end, weights that a checkpoint stores fused, transposed or as a fixed table, and texts padded before.

    python training.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import torch
import transformers as hf
from common import Case, randint, randn, randomise, save_model

ADAMW = dict(steps=5, lr=5e-3, betas=[0.8, 0.95], eps=1e-6, weight_decay=0.5, no_decay_for_1d=True, warmup_steps=1,
             total_steps=6, label_smoothing=0.1, max_grad_norm=0.5)
EXACT = dict(atol=1e-5, rtol=1e-5)


def started(family, name, about, seed):
    case = Case(sys.argv[2], family, name, "library", seed)
    case.about = about
    return case


def losses():
    case = started("losses", "forms", "Weights, ignored targets, probabilities, further axes; padding that isn't 0.", 701)
    flat, deep, weight = randn((7, 5), 702, 2.0), randn((3, 5, 4), 703, 2.0), randn((5,), 704).abs() + 0.2
    target, deep_target = randint(0, 5, (7,), 705), randint(0, 5, (3, 4), 706)
    ignored = target.clone()
    ignored[1::3], deep_target[0, 1] = -100, -100
    likely = torch.softmax(randn((7, 5), 707), -1)
    for reduction in ("mean", "sum", "none"):
        def call(name, inputs, **options):
            case.call(f"{name}_{reduction}", "cross_entropy", inputs=inputs, tolerance=EXACT,
                      options=dict(options, reduction=reduction))
        call("weighted", dict(logits=flat, target=ignored, weight=weight), label_smoothing=0.2)
        call("other_ignored", dict(logits=flat, target=target), ignore_index=int(target[2]))
        call("probabilities", dict(logits=flat, target=likely, weight=weight), label_smoothing=0.2)
        call("deep", dict(logits=deep, target=deep_target, weight=weight), label_smoothing=0.2)
        call("alone", dict(logits=flat[0], target=target[0]), label_smoothing=1.0)
    words = randint(0, 6, (3, 4), 708)
    words[0, 2:] = 2
    case.call("divergence", "kl_label_smoothing", inputs=dict(logits=randn((3, 4, 6), 709, 2.0), target=words),
              options=dict(smoothing=0.3, pad=2), tolerance=EXACT)
    case.finish()


def schedules():
    case = started("schedules", "beyond", "From a later step on, and behind the end.", 711)
    for name in ("constant", "linear", "cosine", "cosine_with_restarts", "polynomial", "inverse_sqrt"):
        for warmup in (0, 3):
            case.call(f"{name}_{warmup}", "schedule", schedule=name, tolerance=dict(atol=1e-9, rtol=1e-6),
                      options=dict(lr=3e-4, warmup=warmup, total=11, first=1, last=16))
    case.finish()


def trained(name, about, model, seed, inputs, weights, **options):
    case = started("training", name, about, seed)
    model = randomise(model, seed, gain=1.0)
    save_model(case, model)
    count, batch = next(iter(inputs.values())).shape[:2]
    inputs = dict(inputs, labels=randint(0, model.config.num_labels, (count, batch), seed + 1))
    case.call("train", "train", type(model).__name__, inputs=inputs, options=dict(ADAMW, **options), weights=weights,
              tolerance=dict(atol=1e-4, rtol=1e-3))
    case.finish()


def texts(seed, padding, left, types=0):
    ids, seen = randint(3, 30, (2, 3, 6), seed), torch.ones(2, 3, 6, dtype=torch.int64)
    seen[:, 0, slice(0, 2) if left else slice(4, 6)] = 0
    inputs = dict(input_ids=torch.where(seen == 1, ids, padding), attention_mask=seen)
    return dict(inputs, token_type_ids=randint(0, types, (2, 3, 6), seed + 1)) if types else inputs


def trainings():
    none = dict(resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
    gpt2 = hf.GPT2Config(n_embd=12, n_layer=1, n_head=2, n_positions=8, vocab_size=30, pad_token_id=0, num_labels=3, **none)
    trained("gpt2_left", "Fused, transposed matrices; texts padded before.", hf.GPT2ForSequenceClassification(gpt2), 721,
            texts(722, 0, True), schedule="cosine_with_restarts", weights=[
                "transformer.wpe.weight", "transformer.h.0.attn.c_attn.weight", "transformer.h.0.mlp.c_fc.weight",
                "transformer.h.0.ln_1.weight", "transformer.ln_f.bias", "score.weight"])
    none = dict(dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0)
    distilbert = hf.DistilBertConfig(dim=12, n_layers=1, n_heads=2, hidden_dim=16, vocab_size=30, num_labels=2,
                                     max_position_embeddings=8, sinusoidal_pos_embds=True, **none)
    trained("distilbert_fixed", "A table of positions that isn't learned.",
            hf.DistilBertForSequenceClassification(distilbert), 731, texts(732, 0, False), schedule="polynomial", weights=[
                "distilbert.embeddings.position_embeddings.weight", "distilbert.embeddings.LayerNorm.weight",
                "pre_classifier.bias", "classifier.weight"])
    none = dict(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    bert = hf.BertConfig(hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, vocab_size=30,
                         max_position_embeddings=8, num_labels=4, **none)
    trained("bert_segments", "Everything decays; segments.", hf.BertForSequenceClassification(bert), 741,
            texts(742, 0, False, types=2), schedule="inverse_sqrt", no_decay_for_1d=False, weights=[
                "bert.embeddings.token_type_embeddings.weight", "bert.pooler.dense.bias", "classifier.bias"])
    tower = dict(hidden_size=12, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2)
    clip = hf.CLIPConfig(vision_config=dict(tower, image_size=8, patch_size=4), text_config=dict(tower, vocab_size=10),
                         num_labels=3)
    trained("clip", "A class token that is stored as a row, and so doesn't decay.", hf.CLIPForImageClassification(clip), 751,
            dict(pixel_values=randn((2, 3, 3, 8, 8), 752)), schedule="constant", weights=[
                "vision_model.embeddings.class_embedding", "vision_model.embeddings.position_embedding.weight",
                "vision_model.pre_layrnorm.bias", "classifier.bias"])
    beit = hf.BeitConfig(hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=8,
                         patch_size=4, use_mask_token=True, use_relative_position_bias=True,
                         layer_scale_init_value=0.1, drop_path_rate=0.0, vocab_size=10, num_labels=3, **none)
    trained("beit", "A weight that no picture reaches: it has no gradient, and stays.", hf.BeitForImageClassification(beit), 761,
            dict(pixel_values=randn((1, 3, 3, 8, 8), 762)), schedule="cosine", weights=[
                "beit.embeddings.mask_token", "beit.encoder.layer.0.lambda_1",
                "beit.encoder.layer.0.attention.attention.relative_position_bias.relative_position_bias_table"])


losses()
schedules()
trainings()
