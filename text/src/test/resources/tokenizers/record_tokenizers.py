"""Records golden cases of tokenizers from Hugging Face transformers 4.57.6: options, and checkpoints without tokenizer.json.

    python record_tokenizers.py [--all] [FOLDER]

--all: those, too, whose normalisation tables are too large to be shipped. All vocabularies are trained here, on the lines below.
"""

import io
import json
import os
import sys

import sentencepiece as spm
import torch
import transformers as hf
from safetensors.torch import save_file
from sentencepiece.sentencepiece_model_pb2 import ModelProto
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

LINES = """a photo of a cat on the table
two dogs are running in the park near the old bridge
The Quick Brown Fox jumps over the lazy dog, and runs away!
what is the colour of the car ? it isn't red.
how many people are there in 1,234 rooms (or 5.6)?
naïve café déjà vu Straße groß İstanbul
le chat est sur la table et le chien dort
пример текста 日本語 テキスト 你好 世界
unbelievable windowless tablecloths are everywhere
def main(args): return args[0] + "x"
hello world hello there general greetings
she sells sea shells by the sea shore""".split("\n")

TEXTS = ["", " ", "  two  spaces ", "a photo of a cat", "The Quick Brown Fox!", "naïve café — Straße İS",
         "日本語 and 你好，世界", "emoji 😀 👩‍👦 ok", "tabs\tand\nlines\r\n", "zero\u200bwidth\u00a0nbsp\ufeff",
         "don't isn't , . ? ' s n't", "e\u0301 ﬁ ½ Ⅳ ＡＢ", "x" * 40, "1,234 5.6 7,", "``quoted'' \"x\"", "<s> a </s> <mask> b",
         "[CLS] a [SEP] [MASK]", "<|endoftext|> a<|im_end|>b", "the <extra_id_0> cat<extra_id_1>", "▁mark ▁ here",
         ">>fra<< le chat", "\u0000\u0007control", "كلمة עברית हिन्दी 한국어", "A B\u2028C\u0085D", "USER_DEF a", "new_word b"]

PAIRS = [["a photo of a cat", "what is the colour of the car ?"], ["hello", "the quick brown fox jumps over the lazy dog"],
         ["the quick brown fox jumps over the lazy dog and runs", "it"], ["what", ""]]

OPTIONS = {
    "longest_first_7": dict(truncation=True, max_length=7),
    "longest_first_10_stride_2": dict(truncation=True, max_length=10, stride=2),
    "left_9_stride_1": dict(truncation=True, max_length=9, stride=1, truncation_side="left"),
    "only_second_12_stride_3": dict(truncation="only_second", max_length=12, stride=3, rows=[1]),
    "only_first_12": dict(truncation="only_first", max_length=12, rows=[2], padding="max_length"),
    "no_special_8": dict(truncation=True, max_length=8, add_special_tokens=False, stride=1),
    "special_tokens_only": dict(truncation=True, max_length="special"),
}


class Case:
    def __init__(self, root, family, name, about):
        self.folder = os.path.join(root, name)
        os.makedirs(self.folder, exist_ok=True)
        self.tensors = {}
        self.json = {"format": 1, "family": family, "case": name, "about": about, "transformers": hf.__version__,
                     "calls": []}

    def write(self, name, content):
        mode, extra = ("wb", {}) if isinstance(content, bytes) else ("w", {"encoding": "utf-8"})
        with open(f"{self.folder}/{name}", mode, **extra) as f:
            f.write(content if isinstance(content, (bytes, str)) else json.dumps(content, ensure_ascii=False))

    def tokenizer(self):
        return hf.AutoTokenizer.from_pretrained(self.folder)

    def strings(self, tok, texts, name="strings", **extra):
        rows = []
        for text in texts:
            pair = [text] if isinstance(text, str) else [t for t in text if t]
            enc = tok(*pair, **extra)
            row = {"ids": enc.input_ids, "tokens": tok.convert_ids_to_tokens(enc.input_ids)}
            row["token_type_ids"] = enc.get("token_type_ids")
            if tok.is_fast:
                row["offsets"] = [list(o) for o in tok(*pair, return_offsets_mapping=True).offset_mapping]
            row["decoded"] = tok.decode(enc.input_ids)
            for skip in (0, 1):
                for clean in (0, 1):
                    row[f"decoded_skip{skip}_clean{clean}"] = tok.decode(
                        enc.input_ids, skip_special_tokens=bool(skip), clean_up_tokenization_spaces=bool(clean))
            rows.append(row)
        call = {"name": name, "op": "encode_strings", "text": texts, "types": True, "outputs": {},
                "values": {"rows": rows}}
        if tok.is_fast:
            call["offsets"] = True
        if extra:
            call["options"] = extra
        self.json["calls"].append(call)

    def batch(self, tok, texts, name, **options):
        sides = {k: options[k] for k in ("truncation_side",) if k in options}
        before = tok.truncation_side
        tok.truncation_side = sides.get("truncation_side", before)
        given = {k: v for k, v in options.items() if k not in sides}
        out = tok(texts, return_tensors="pt", **given)
        tok.truncation_side = before
        self.json["calls"].append({"name": name, "op": "tokenize", "text": texts, "options": options,
                                   "outputs": {k: f"{name}.{k}" for k in out}})
        self.tensors.update({f"{name}.{k}": v.contiguous() for k, v in out.items()})

    def finish(self):
        self.write("golden.json", self.json)
        save_file({k: v.to(torch.int64) for k, v in self.tensors.items()}, f"{self.folder}/golden.safetensors")


def with_options(case, tok):
    single = [p[0] for p in PAIRS]
    for name, given in OPTIONS.items():
        o = dict(padding=True, **given) if "padding" not in given else dict(given)
        rows = [PAIRS[i] for i in o.pop("rows", range(3))]
        if o.get("max_length") == "special":
            o["max_length"] = tok.num_special_tokens_to_add(True)
            if o["max_length"] == 0:
                continue
        o.update(return_overflowing_tokens=name != "special_tokens_only", return_special_tokens_mask=True, return_offsets_mapping=True,
                 return_token_type_ids=True)
        case.batch(tok, rows, "pair_" + name, **o)
        if "only_second" not in name and "special" not in name:
            case.batch(tok, single, "single_" + name, **o)
    case.batch(tok, single, "left_to_multiple", padding="longest", pad_to_multiple_of=5, padding_side="left",
               return_special_tokens_mask=True)
    case.batch(tok, single, "max_length", padding="max_length", max_length=11, truncation="do_not_truncate"
               if max(len(tok(s).input_ids) for s in single) <= 11 else "longest_first")


def word_pieces(vocab_size=160):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<s>", "<pad>", "</s>", "<mask>", "A", "B", "T"]
    t.train_from_iterator(LINES, trainers.WordPieceTrainer(vocab_size=vocab_size, special_tokens=special,
                                                           show_progress=False))
    vocab = t.get_vocab()
    return "".join(token + "\n" for token in sorted(vocab, key=vocab.get))


def byte_pairs(special, vocab_size=330, suffix=None):
    t = Tokenizer(models.BPE(end_of_word_suffix=suffix) if suffix else models.BPE())
    split = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    t.pre_tokenizer = split if not suffix else pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), split])
    if suffix == "</w>" and "<unk>" in special:
        t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        t.normalizer = normalizers.BertNormalizer(lowercase=True)
    alphabet = [] if "<unk>" in special and suffix else sorted(pre_tokenizers.ByteLevel.alphabet())
    t.train_from_iterator(LINES, trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=special, initial_alphabet=alphabet, show_progress=False,
        **({"end_of_word_suffix": suffix} if suffix else {})))
    model = json.loads(t.to_str())["model"]
    merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
    return model["vocab"], "#version: 0.2\n" + "".join(m + "\n" for m in merges)


RULES = "FB01\t66 69\nC4\t41 65\n2019\t27\n1F600\t3A 29\n65 301\tE9\nA0\t20\n200B\t\n" + "".join(
    f"{c:X}\t{c + 32:X}\n" for c in range(0x41, 0x5B))


def pieces(path, kind="unigram", vocab_size=150, normalization="identity", rules="", **kwargs):
    if rules:
        with open(path + ".tsv", "w", encoding="utf-8") as f:
            f.write(rules)
        kwargs.update(normalization_rule_tsv=path + ".tsv")
        normalization = ""
    buffer = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES), model_writer=buffer, vocab_size=vocab_size, model_type=kind,
        character_coverage=1.0, num_threads=1, minloglevel=2, hard_vocab_limit=False,
        **({"normalization_rule_name": normalization} if normalization else {}), **kwargs)
    model = ModelProto.FromString(buffer.getvalue())
    model.normalizer_spec.ClearField("normalization_rule_tsv")
    with open(path, "wb") as f:
        f.write(model.SerializeToString())
    if rules:
        os.remove(path + ".tsv")


def make(root, name, about, files, special_files=(), options=False, target=False, texts=TEXTS):
    case = Case(root, "tokenizers", name, about)
    for file, content in files.items():
        case.write(file, content)
    for file, kwargs in special_files:
        pieces(f"{case.folder}/{file}", **kwargs)
    if name.startswith("marian"):
        marian_vocabulary(case)
    tok = case.tokenizer()
    case.strings(tok, texts)
    case.strings(tok, texts[3:8], "without_special_tokens", add_special_tokens=False)
    if tok.is_fast:
        case.strings(tok, PAIRS, "pairs")
    if options:
        with_options(case, tok)
    elif tok.pad_token:
        case.batch(tok, TEXTS[2:6], "padded", padding=True)
    case.finish()


def marian_vocabulary(case):
    tokens = ["</s>", "<unk>"]
    for side in ("source", "target"):
        sp = spm.SentencePieceProcessor(model_file=f"{case.folder}/{side}.spm")
        tokens += [p for p in (sp.id_to_piece(i) for i in range(sp.get_piece_size())) if p not in tokens]
    case.write("vocab.json", {t: i for i, t in enumerate(tokens + [">>fra<<", "<pad>"])})


def record(root, everything):
    words = word_pieces()
    config = "tokenizer_config.json"
    make(root, "bert_vocab", "BERT from vocab.txt alone, all options.",
         {"vocab.txt": words, "config.json": {"model_type": "bert"}}, options=True)
    make(root, "bert_vocab_cased", "BERT from vocab.txt: cased, no Chinese characters apart, spaces cleaned up.",
         {"vocab.txt": words, config: {"tokenizer_class": "BertTokenizer", "do_lower_case": False, "model_max_length": 9,
                                       "tokenize_chinese_chars": False, "strip_accents": True,
                                       "clean_up_tokenization_spaces": True, "padding_side": "left"}})
    make(root, "mpnet_vocab", "MPNet from vocab.txt.",
         {"vocab.txt": words, config: {"tokenizer_class": "MPNetTokenizer"}})
    v, m = byte_pairs(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    make(root, "roberta_merges", "RoBERTa from vocab.json and merges.txt, all options.",
         {"vocab.json": v, "merges.txt": m, config: {"tokenizer_class": "RobertaTokenizer"}}, options=True)
    make(root, "bart_merges_prefix", "BART from vocab.json and merges.txt, with a space in front.",
         {"vocab.json": v, "merges.txt": m, config: {"tokenizer_class": "BartTokenizer", "add_prefix_space": True}})
    v, m = byte_pairs(["<|endoftext|>"])
    make(root, "gpt2_merges", "GPT-2 from vocab.json and merges.txt, with <|endoftext|> in front, a pad token that is new.",
         {"vocab.json": v, "merges.txt": m, "special_tokens_map.json": {"pad_token": "[PAD]"},
          "added_tokens.json": {"[PAD]": len(v), "new_word": len(v) + 1},
          config: {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True, "truncation_side": "left"}}, options=True)
    v, m = byte_pairs(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    make(root, "qwen2_merges", "Qwen2 from vocab.json and merges.txt.",
         {"vocab.json": v, "merges.txt": m,
          config: {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>",
                   "additional_special_tokens": ["<|im_start|>", "<|im_end|>"]}})
    v, m = byte_pairs(["<|startoftext|>", "<|endoftext|>"], 640, "</w>")
    make(root, "clip_merges", "CLIP from vocab.json and merges.txt.",
         {"vocab.json": v, "merges.txt": m, config: {"tokenizer_class": "CLIPTokenizer"}})
    v, m = byte_pairs(["<unk>"], 200, "</w>")
    make(root, "openai_gpt_merges", "GPT from vocab.json and merges.txt.",
         {"vocab.json": v, "merges.txt": m, config: {"tokenizer_class": "OpenAIGPTTokenizer"}})

    t5 = dict(pad_id=0, eos_id=1, unk_id=2, bos_id=-1, pad_piece="<pad>", eos_piece="</s>", unk_piece="<unk>",
              user_defined_symbols=["USER_DEF"])
    make(root, "t5_spiece", "T5 from spiece.model, the sentinels being new.", {config: {"tokenizer_class": "T5Tokenizer"}},
         [("spiece.model", t5)])
    make(root, "t5_spiece_first", "T5 from spiece.model, not legacy, 3 sentinels.",
         {config: {"tokenizer_class": "T5Tokenizer", "legacy": False, "extra_ids": 3, "add_prefix_space": True}},
         [("spiece.model", t5)])
    llama = dict(byte_fallback=True, bos_id=1, eos_id=2, unk_id=0, pad_id=-1, vocab_size=420, add_dummy_prefix=True,
                 remove_extra_whitespaces=False)
    make(root, "llama_bpe", "Llama from tokenizer.model (BPE), </s> behind.",
         {config: {"tokenizer_class": "LlamaTokenizer", "add_eos_token": True}},
         [("tokenizer.model", dict(llama, kind="bpe"))])
    make(root, "llama_bpe_first", "Llama from tokenizer.model (BPE), not legacy, padded with </s>.",
         {config: {"tokenizer_class": "LlamaTokenizer", "legacy": False, "pad_token": "</s>"}},
         [("tokenizer.model", dict(llama, kind="bpe"))])
    make(root, "gemma_bpe", "Gemma from tokenizer.model.", {config: {"tokenizer_class": "GemmaTokenizer"}},
         [("tokenizer.model", dict(kind="bpe", byte_fallback=True, pad_id=0, eos_id=1, bos_id=2, unk_id=3, vocab_size=420,
                                   pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>", add_dummy_prefix=False,
                                   remove_extra_whitespaces=False, user_defined_symbols=["USER_DEF", "<start_of_turn>"]))])
    make(root, "xlm_roberta_spiece", "XLM-RoBERTa from sentencepiece.bpe.model.",
         {config: {"tokenizer_class": "XLMRobertaTokenizer"}}, [("sentencepiece.bpe.model", dict(unk_id=0, bos_id=1, eos_id=2))])
    make(root, "albert_spiece", "ALBERT from spiece.model.", {config: {"tokenizer_class": "AlbertTokenizer"}},
         [("spiece.model", dict(pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, pad_piece="<pad>",
                                control_symbols=["[CLS]", "[SEP]"], user_defined_symbols=["[MASK]"]))])
    marian = dict(bos_id=-1, eos_id=0, unk_id=1, pad_id=-1, user_defined_symbols=["USER_DEF"])
    make(root, "marian_user_defined", "Marian with symbols of the user's, and a language code.",
         {config: {"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "fr",
                   "additional_special_tokens": ["<mask>"]}},
         [("source.spm", marian), ("target.spm", dict(marian, vocab_size=120))])

    make(root, "siglip_rules", "SigLIP with a small table of normalisation.",
         {config: {"tokenizer_class": "SiglipTokenizer", "additional_special_tokens": ["<mask>"]}},
         [("spiece.model", dict(t5, rules=RULES))])
    make(root, "t5_rules", "T5 from spiece.model with a small table of normalisation.",
         {config: {"tokenizer_class": "T5Tokenizer", "extra_ids": 2}}, [("spiece.model", dict(t5, rules=RULES))])
    changed(root, words)
    if everything:
        big = dict(normalization="nmt_nfkc")
        make(root, "t5_nfkc", "T5 from spiece.model with its table.", {config: {"tokenizer_class": "T5Tokenizer"}},
             [("spiece.model", dict(t5, **big))])
        make(root, "siglip_nfkc", "SigLIP with a table.", {config: {"tokenizer_class": "SiglipTokenizer"}},
             [("spiece.model", dict(t5, **big))])
        make(root, "siglip_cased", "SigLIP, cased.", {config: {"tokenizer_class": "SiglipTokenizer", "do_lower_case": False}},
             [("spiece.model", t5)])
        make(root, "marian_nfkc_cf", "Marian with a table, no spaces removed.", {config: {"tokenizer_class": "MarianTokenizer"}},
             [("source.spm", dict(marian, normalization="nmt_nfkc_cf", remove_extra_whitespaces=False)),
              ("target.spm", dict(marian, byte_fallback=True, vocab_size=400))])
        make(root, "albert_nfkc", "ALBERT with a table.", {config: {"tokenizer_class": "AlbertTokenizer", "keep_accents": True}},
             [("spiece.model", dict(pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, pad_piece="<pad>",
                                    control_symbols=["[CLS]", "[SEP]"], user_defined_symbols=["[MASK]"], **big))])
        make(root, "xlm_roberta_nfkc", "XLM-R with a table.", {config: {"tokenizer_class": "XLMRobertaTokenizer"}},
             [("sentencepiece.bpe.model", dict(unk_id=0, bos_id=1, eos_id=2, **big))])
        make(root, "llama_unigram", "Llama with Unigram.", {config: {"tokenizer_class": "LlamaTokenizer"}},
             [("tokenizer.model", llama)])


def changed(root, words):
    """tokenizer.json, and a configuration that says otherwise."""
    tok = Tokenizer(models.WordPiece({t: i for i, t in enumerate(words.split("\n")[:-1])}, unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer(lowercase=True)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.decoder = decoders.WordPiece()
    tok.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tok.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tok.enable_truncation(5)
    tok.enable_padding(direction="left", pad_token="[PAD]")
    make(root, "json_bert_changed", "tokenizer.json with BertProcessing, padding and truncation; configuration: cased, new tokens.",
         {"tokenizer.json": tok.to_str(), "tokenizer_config.json": {
             "tokenizer_class": "BertTokenizer", "do_lower_case": False, "mask_token": "<new mask>",
             "extra_special_tokens": {"image_token": "<image>"},
             "added_tokens_decoder": {"170": {"content": "new_word", "single_word": True, "lstrip": False, "rstrip": False,
                                              "normalized": False, "special": False}}}}, options=True)
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tok.train_from_iterator(LINES, trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<s>", "</s>", "<pad>"], show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    tok.decoder = decoders.ByteLevel()
    tok.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=True),
        processors.TemplateProcessing(single="<s> $A", pair="<s> $A </s>:1 $B:1", special_tokens=[("<s>", 0), ("</s>", 1)])])
    tok.enable_padding(direction="left", pad_token="<pad>", pad_id=2)
    make(root, "json_sequence", "tokenizer.json with a sequence of processors, spans trimmed, padding on the left.",
         {"tokenizer.json": tok.to_str(), "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast"}}, options=True)
    tok.post_processor = processors.ByteLevel(trim_offsets=True)
    make(root, "json_llama_class", "LlamaTokenizerFast on another tokenizer.json: <s> and </s> by its settings.",
         {"tokenizer.json": tok.to_str(), "tokenizer_config.json": {
             "tokenizer_class": "LlamaTokenizerFast", "add_eos_token": True, "pad_token": "<pad>"}})


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "--all"]
    record(arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__)), "--all" in sys.argv)
