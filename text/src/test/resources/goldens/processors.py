"""Score processors of Hugging Face transformers beside those of make_goldens.py's own table: all classes that generate uses, at
their edges, and on scores that others have removed tokens from.

    python processors.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import sys

sys.path.insert(0, sys.argv[1])

from common import Case, randint, randn

ROWS, VOCABULARY, LENGTH = 4, 61, 13
TOLERANCE = {"atol": 1e-5, "rtol": 1e-5}
REMOVING = [("SuppressTokens", dict(suppress_tokens=list(range(3, 50, 2))))]
CHAINS = {
    "top_p_zero": [("TopP", dict(top_p=0.0))],
    "top_p_nearly_all": [("TopP", dict(top_p=0.999))],
    "top_p_all_removed_before": REMOVING + [("TopP", dict(top_p=0.7, min_tokens_to_keep=3))],
    "top_k_one": [("TopK", dict(top_k=1))],
    "top_k_more_kept": [("TopK", dict(top_k=2, min_tokens_to_keep=5))],
    "top_k_of_removed": REMOVING + [("TopK", dict(top_k=55))],
    "min_p_all": [("MinP", dict(min_p=0.0))],
    "min_p_one": [("MinP", dict(min_p=1.0))],
    "min_p_kept": [("MinP", dict(min_p=0.9, min_tokens_to_keep=4))],
    "typical_little": [("Typical", dict(mass=0.05))],
    "typical_much": [("Typical", dict(mass=0.97))],
    "typical_kept": [("Typical", dict(mass=0.1, min_tokens_to_keep=6))],
    "typical_of_removed": REMOVING + [("Typical", dict(mass=0.6))],
    "epsilon": [("Epsilon", dict(epsilon=0.02))],
    "epsilon_kept": [("Epsilon", dict(epsilon=0.6, min_tokens_to_keep=3))],
    "eta": [("Eta", dict(epsilon=0.05))],
    "eta_small": [("Eta", dict(epsilon=0.003))],
    "eta_of_removed": REMOVING + [("Eta", dict(epsilon=0.3, min_tokens_to_keep=2))],
    "repetition_reward": [("RepetitionPenalty", dict(penalty=0.6))],
    "repetition_without_prompt": [("RepetitionPenalty", dict(penalty=1.9, prompt_ignore_length=9))],
    "no_repeat_3": [("NoRepeatNGram", dict(ngram_size=3))],
    "no_repeat_longer": [("NoRepeatNGram", dict(ngram_size=15))],
    "sequence_bias": [("SequenceBias", dict(sequence_bias=[[[7], 2.5], [[8], -1.0], [[2, 9], 4.0], [[1, 9], -4.0],
                                                           [[1, 2, 3, 10], 1.5]]))],
    "bad_words": [("NoBadWords", dict(bad_words_ids=[[3], [5], [2, 9], [1, 9], [4, 1, 11]], eos_token_id=[3, 4]))],
    "min_length": [("MinLength", dict(min_length=14, eos_token_id=[3, 60, 900]))],
    "min_new_tokens_reached": [("MinNewTokensLength", dict(prompt_length_to_skip=10, min_new_tokens=3, eos_token_id=3))],
    "forced_eos_list": [("ForcedEOSToken", dict(max_length=14, eos_token_id=[3, 60]))],
    "forced_eos_elsewhere": [("ForcedEOSToken", dict(max_length=13, eos_token_id=3))],
    "length_decay": [("ExponentialDecayLengthPenalty", dict(exponential_decay_length_penalty=[2, 1.3],
                                                             eos_token_id=[3, 4], input_ids_seq_length=8))],
    "length_decay_not_yet": [("ExponentialDecayLengthPenalty", dict(exponential_decay_length_penalty=[5, 1.3],
                                                                     eos_token_id=3, input_ids_seq_length=8))],
    "begin_suppressed": [("SuppressTokensAtBegin", dict(begin_suppress_tokens=[1, 60], begin_index=13))],
    "begin_over": [("SuppressTokensAtBegin", dict(begin_suppress_tokens=[1, 60], begin_index=12))],
    "finite": REMOVING + [("InfNanRemove", {})],
    "normalised": REMOVING + [("LogitNormalization", {})],
    "all": [("SequenceBias", dict(sequence_bias=[[[7], 2.5], [[2, 9], 4.0]])), ("RepetitionPenalty", dict(penalty=1.2)),
            ("NoRepeatNGram", dict(ngram_size=2)), ("NoBadWords", dict(bad_words_ids=[[5], [2, 9]], eos_token_id=3)),
            ("MinLength", dict(min_length=20, eos_token_id=3)), ("SuppressTokens", dict(suppress_tokens=[8])),
            ("Temperature", dict(temperature=0.8)), ("TopK", dict(top_k=30)), ("TopP", dict(top_p=0.95)),
            ("MinP", dict(min_p=0.01)), ("Typical", dict(mass=0.9)), ("Epsilon", dict(epsilon=0.01)),
            ("Eta", dict(epsilon=0.02)), ("LogitNormalization", {})],
}
WARPERS = {"Temperature", "TopP", "TopK", "MinP", "Typical", "Epsilon", "Eta"}
BARE = {"ExponentialDecayLengthPenalty", "LogitNormalization"}


def full(name):
    return name if name in BARE else name + ("LogitsWarper" if name in WARPERS else "LogitsProcessor")


case = Case(sys.argv[2], "logits_processors", "edges", "library", 77)
case.about = "Every processor at its edges, and behind one that removed tokens."
scores = case.tensor("scores", randn((ROWS, VOCABULARY), 77, 2.0))
ids = case.tensor("input_ids", randint(0, 6, (ROWS, LENGTH), 78))
for name, chain in CHAINS.items():
    case.call(name, "logits_process", inputs={"input_ids": ids, "scores": scores}, infinite_ok=True,
              processors=[[full(cls), arguments] for cls, arguments in chain], tolerance=TOLERANCE)
first = case.tensor("first_ids", randint(0, 6, (ROWS, 1), 79))
case.call("forced_bos", "logits_process", inputs={"input_ids": first, "scores": scores}, infinite_ok=True,
          processors=[["ForcedBOSTokenLogitsProcessor", {"bos_token_id": 60}]], tolerance=TOLERANCE)
case.finish()
