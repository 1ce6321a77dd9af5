"""Cases beside those of make_goldens.py's own table: other sizes, activations, positions, masks and heads of the text encoders,
and weights as older versions of the reference saved them.

    python encoders.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import torch
import transformers as hf
from common import Case, randint, randomise, save_model

TRACES = dict(output_hidden_states=True, output_attentions=True)
STAGES = ["hidden_states*", "attentions*"]
FEATURES = ["last_hidden_state", "pooler_output"]
LABELS = {i: name for i, name in enumerate(["red", "green", "blue", "black", "white"])}
TINY = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, vocab_size=50,
            max_position_embeddings=13)
TOKENS = 7
LEFT_AND_RIGHT = torch.tensor([[0, 0, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0], [1, 1, 0, 1, 1, 1, 1]])
HIDDEN_ROW = torch.tensor([[1, 1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0, 0], [1, 0, 1, 0, 1, 0, 1]])


def case(family, name, about, seed, model, calls, save=save_model, kinds=2):
    """calls: (name, class, what is kept, options, further inputs beside the ids)"""
    case = Case(sys.argv[2], family, name, "library", seed)
    case.about = about
    randomise(model, seed)
    save(case, model)
    for call, cls, keep, options, inputs in calls:
        ids = inputs.pop("input_ids", None)
        shape = (3, TOKENS) if ids is None else ids.shape
        ids = randint(5, 50, shape, seed + 1) if ids is None else ids
        if inputs.pop("segments", False):
            inputs["token_type_ids"] = randint(0, kinds, shape, seed + 2)
        case.call(call, "forward", cls, inputs=dict(input_ids=ids, **inputs), keep=keep, options=options,
                  still=("token_type_ids",) if kinds > 2 else ())  # the test of inputs knows 0 and 1 only
    case.finish()


def per_query():
    """Each token sees itself and those before it, and not the third."""
    seen = torch.ones(TOKENS, TOKENS, dtype=torch.long).tril()
    seen[:, 2] = 0
    return torch.stack([seen, seen.flip(0, 1), torch.ones_like(seen)])


# ---- BERT -------------------------------------------------------------------------------------------------------------
bert = lambda **more: hf.BertConfig(**dict(TINY, **more))

for seed, kind in ((31, "relative_key"), (32, "relative_key_query")):
    case("bert", kind, "Distances in attention instead of positions; three kinds of segments, ReLU.", seed,
         hf.BertModel(bert(position_embedding_type=kind, hidden_act="relu", type_vocab_size=3, layer_norm_eps=1e-3)), [
             ("forward", "BertModel", FEATURES + STAGES, TRACES, dict(segments=True, attention_mask=LEFT_AND_RIGHT)),
             ("ids_only", "BertModel", FEATURES, {}, {}),
             ("per_query", "BertModel", FEATURES, {}, dict(attention_mask=per_query()))], kinds=3)

case("bert", "masks", "Masks for each token, on the left, over everything; positions that are given.", 33,
     hf.BertModel(bert(hidden_act="gelu_new")), [
         ("left_and_right", "BertModel", FEATURES + STAGES, TRACES, dict(attention_mask=LEFT_AND_RIGHT)),
         ("hidden_row", "BertModel", FEATURES + STAGES, TRACES, dict(attention_mask=HIDDEN_ROW)),
         ("per_query", "BertModel", FEATURES + STAGES, TRACES, dict(segments=True, attention_mask=per_query())),
         ("positions", "BertModel", FEATURES, {}, dict(position_ids=randint(0, 13, (3, TOKENS), 5))),
         ("same_positions", "BertModel", FEATURES, {}, dict(position_ids=randint(0, 13, (1, TOKENS), 6))),
         ("one_token", "BertModel", FEATURES, {}, dict(input_ids=torch.tensor([[17]]))),
         ("full_length", "BertModel", FEATURES, {}, dict(input_ids=randint(5, 50, (2, 13), 7)))])

case("bert", "pre_training", "Both heads of the pre-training; the same checkpoint as other classes.", 34,
     hf.BertForPreTraining(bert(hidden_act="silu")), [
         ("forward", "BertForPreTraining", ["prediction_logits", "seq_relationship_logits"] + STAGES, TRACES,
          dict(segments=True, attention_mask=LEFT_AND_RIGHT)),
         ("masked_lm", "BertForMaskedLM", ["logits"], {}, dict(segments=True)),
         ("next_sentence", "BertForNextSentencePrediction", ["logits"], {}, dict(segments=True)),
         ("features", "BertModel", FEATURES, {}, dict(segments=True))])

case("bert", "next_sentence", "Whether the second sentence follows.", 35,
     hf.BertForNextSentencePrediction(bert(hidden_act="gelu_fast")), [
         ("forward", "BertForNextSentencePrediction", ["logits"], {}, dict(segments=True, attention_mask=LEFT_AND_RIGHT))])

case("bert", "multiple_choice", "Five texts for each of two questions.", 36, hf.BertForMultipleChoice(bert()), [
    ("forward", "BertForMultipleChoice", ["logits"] + STAGES, TRACES,
     dict(input_ids=randint(5, 50, (2, 5, TOKENS), 8), segments=True, attention_mask=torch.stack(
         [LEFT_AND_RIGHT[[0, 1, 2, 1, 0]], LEFT_AND_RIGHT[[2, 2, 1, 0, 1]]]))),
    ("ids_only", "BertForMultipleChoice", ["logits"], {}, dict(input_ids=randint(5, 50, (1, 3, TOKENS), 9)))])

case("bert", "untied", "Words are recognised by a matrix of its own; quick GELU.", 37,
     hf.BertForMaskedLM(bert(tie_word_embeddings=False, hidden_act="quick_gelu")), [
         ("forward", "BertForMaskedLM", ["logits"], {}, dict(segments=True, attention_mask=LEFT_AND_RIGHT))])

case("bert", "regression", "One number for each text.", 38,
     hf.BertForSequenceClassification(bert(num_labels=1, problem_type="regression", num_hidden_layers=1)), [
         ("forward", "BertForSequenceClassification", ["logits"], {}, dict(segments=True, attention_mask=LEFT_AND_RIGHT))])

case("bert", "multi_label", "Classes that don't exclude each other; one head, no segments told apart.", 39,
     hf.BertForSequenceClassification(bert(id2label=LABELS, problem_type="multi_label_classification",
                                           num_attention_heads=1, type_vocab_size=1)), [
         ("forward", "BertForSequenceClassification", ["logits"], {}, dict(attention_mask=LEFT_AND_RIGHT))])

def save_as_before(case, model):
    """A pickle with TensorFlow's names of norms, the buffer of positions, and tied weights stored again."""
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(case.folder)
    weights = {}
    for name, value in model.state_dict().items():
        for new, old in (("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta")):
            name = name.replace(new, old)
        weights[name] = value
    weights["bert.embeddings.position_ids"] = torch.arange(13).expand(1, -1)
    torch.save(weights, os.path.join(case.folder, "pytorch_model.bin"))


case("bert", "stored_before", "Saved as years ago.", 41, hf.BertForMaskedLM(bert(hidden_act="mish")), [
    ("forward", "BertForMaskedLM", ["logits"], {}, dict(segments=True, attention_mask=LEFT_AND_RIGHT))], save_as_before)

# ---- RoBERTa ----------------------------------------------------------------------------------------------------------
PADDED = torch.tensor([[3, 3, 9, 11, 7, 3, 20], [8, 5, 6, 3, 3, 3, 3], [30, 31, 32, 33, 34, 35, 36]])
roberta = lambda **more: hf.RobertaConfig(**dict(TINY, pad_token_id=3, type_vocab_size=2, **more))

case("roberta", "padding", "Positions leave padding out, wherever it stands; they can be given, too.", 51,
     hf.RobertaModel(roberta(hidden_act="tanh", layer_norm_eps=1e-5)), [
         ("ids_only", "RobertaModel", FEATURES + STAGES, TRACES, dict(input_ids=PADDED)),
         ("masked", "RobertaModel", FEATURES + STAGES, TRACES,
          dict(input_ids=PADDED, segments=True, attention_mask=PADDED.ne(3).long())),
         ("positions", "RobertaModel", FEATURES, {}, dict(position_ids=randint(0, 13, (3, TOKENS), 10))),
         ("full_length", "RobertaModel", FEATURES, {}, dict(input_ids=randint(5, 50, (2, 9), 11)))])

case("roberta", "relative_key_query", "Distances in attention instead of positions.", 52,
     hf.RobertaForSequenceClassification(roberta(position_embedding_type="relative_key_query", id2label=LABELS)), [
         ("forward", "RobertaForSequenceClassification", ["logits"] + STAGES, TRACES,
          dict(segments=True, attention_mask=LEFT_AND_RIGHT))])

case("roberta", "masked_lm_relu", "The head has its own activation, whatever the layers'.", 53,
     hf.RobertaForMaskedLM(roberta(hidden_act="relu")), [
         ("forward", "RobertaForMaskedLM", ["logits"], {}, dict(segments=True, attention_mask=LEFT_AND_RIGHT))])

case("roberta", "untied", "Words are recognised by a matrix of its own.", 54,
     hf.RobertaForMaskedLM(roberta(tie_word_embeddings=False, num_hidden_layers=1)), [
         ("forward", "RobertaForMaskedLM", ["logits"], {}, dict(input_ids=PADDED))])

case("roberta", "token_classification", "Classes of tokens.", 55,
     hf.RobertaForTokenClassification(roberta(id2label=LABELS, num_hidden_layers=1)), [
         ("forward", "RobertaForTokenClassification", ["logits"], {}, dict(attention_mask=LEFT_AND_RIGHT))])

case("roberta", "question_answering", "Where an answer begins and ends.", 56,
     hf.RobertaForQuestionAnswering(roberta(num_hidden_layers=1)), [
         ("forward", "RobertaForQuestionAnswering", ["start_logits", "end_logits"], {}, dict(attention_mask=LEFT_AND_RIGHT))])

case("roberta", "multiple_choice", "Three texts for each of two questions.", 57,
     hf.RobertaForMultipleChoice(roberta(num_hidden_layers=1)), [
         ("forward", "RobertaForMultipleChoice", ["logits"], {},
          dict(input_ids=torch.stack([PADDED, PADDED.flip(0)]), attention_mask=torch.stack(
              [LEFT_AND_RIGHT, LEFT_AND_RIGHT.flip(0)])))])

# ---- DistilBERT -------------------------------------------------------------------------------------------------------
distil = lambda **more: hf.DistilBertConfig(**dict(
    dict(dim=24, n_layers=2, n_heads=3, hidden_dim=40, vocab_size=50, max_position_embeddings=13), **more))

case("distilbert", "masks", "Masks on the left and over everything; sines as positions, tanh.", 61,
     hf.DistilBertModel(distil(sinusoidal_pos_embds=True, activation="tanh")), [
         ("left_and_right", "DistilBertModel", ["last_hidden_state"] + STAGES, TRACES, dict(attention_mask=LEFT_AND_RIGHT)),
         ("hidden_row", "DistilBertModel", ["last_hidden_state"] + STAGES, TRACES, dict(attention_mask=HIDDEN_ROW)),
         ("full_length", "DistilBertModel", ["last_hidden_state"], {}, dict(input_ids=randint(5, 50, (2, 13), 12)))])

case("distilbert", "masked_lm_untied", "Words are recognised by a matrix of its own; ReLU in the head, too.", 62,
     hf.DistilBertForMaskedLM(distil(tie_word_embeddings=False, activation="relu")), [
         ("forward", "DistilBertForMaskedLM", ["logits"] + STAGES, TRACES, dict(attention_mask=LEFT_AND_RIGHT))])

case("distilbert", "token_classification", "Classes of tokens.", 63,
     hf.DistilBertForTokenClassification(distil(id2label=LABELS, n_layers=1)), [
         ("forward", "DistilBertForTokenClassification", ["logits"], {}, dict(attention_mask=LEFT_AND_RIGHT))])

case("distilbert", "question_answering", "Where an answer begins and ends.", 64,
     hf.DistilBertForQuestionAnswering(distil(n_layers=1)), [
         ("forward", "DistilBertForQuestionAnswering", ["start_logits", "end_logits"], {},
          dict(attention_mask=LEFT_AND_RIGHT))])

case("distilbert", "multiple_choice", "Three texts for each of two questions.", 65,
     hf.DistilBertForMultipleChoice(distil(n_layers=1)), [
         ("forward", "DistilBertForMultipleChoice", ["logits"], {},
          dict(input_ids=randint(5, 50, (2, 3, TOKENS), 13), attention_mask=torch.stack(
              [LEFT_AND_RIGHT, LEFT_AND_RIGHT.flip(0)])))])


# ---- base models that are built without a pooler, for checkpoints that have none -----------------------------------------
class BertModel(hf.BertModel):
    def __init__(self, config):
        super().__init__(config, add_pooling_layer=False)


class RobertaModel(hf.RobertaModel):
    def __init__(self, config):
        super().__init__(config, add_pooling_layer=False)


hf.BertModel, hf.RobertaModel = BertModel, RobertaModel
ALONE = ["last_hidden_state"] + STAGES
case("bert", "without_pooler", "The base model alone; five layers, narrow.", 71,
     BertModel(bert(num_hidden_layers=5, hidden_size=8, num_attention_heads=4, intermediate_size=6, hidden_act="gelu_10")),
     [("forward", "BertModel", ALONE, TRACES, dict(segments=True, attention_mask=LEFT_AND_RIGHT))])
case("roberta", "features_of_masked_lm", "The base model of a checkpoint for masked words.", 72,
     hf.RobertaForMaskedLM(roberta(num_hidden_layers=1)), [
         ("forward", "RobertaModel", ALONE, TRACES, dict(input_ids=PADDED))])
