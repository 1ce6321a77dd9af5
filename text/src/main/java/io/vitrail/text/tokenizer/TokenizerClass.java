package io.vitrail.text.tokenizer;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tokenizer classes of the reference that do more than tokenizer.json says, with what they take for granted. */
enum TokenizerClass {
    /** Any other class: tokenizer.json alone counts. */
    GENERIC("", "", true, "PreTrainedTokenizer"),
    BERT(
            "bert,blip,vilt,git,visual_bert,ernie,bros,chinese_clip,align,electra,convbert,layoutlm,mobilebert",
            "unk=[UNK] sep=[SEP] pad=[PAD] cls=[CLS] mask=[MASK]",
            true,
            "BertTokenizer",
            "LayoutLMTokenizer",
            "MobileBertTokenizer",
            "ElectraTokenizer",
            "ConvBertTokenizer",
            "SqueezeBertTokenizer"),
    DISTILBERT("distilbert", "unk=[UNK] sep=[SEP] pad=[PAD] cls=[CLS] mask=[MASK]", false, "DistilBertTokenizer"),
    MPNET("mpnet", "bos=<s> eos=</s> unk=[UNK] sep=</s> pad=<pad> cls=<s> mask=<mask>", false, "MPNetTokenizer"),
    ROBERTA(
            "roberta,roberta-prelayernorm,bart,longformer,led,mvp,data2vec-text,clap,bridgetower",
            "bos=<s> eos=</s> unk=<unk> sep=</s> pad=<pad> cls=<s> mask=<mask>",
            false,
            "RobertaTokenizer",
            "BartTokenizer",
            "LongformerTokenizer",
            "LEDTokenizer",
            "MvpTokenizer"),
    GPT2(
            "gpt2,opt,gpt_neo,gptj,gpt_bigcode,starcoder2,blip-2,instructblip,exaone4,olmo3,dbrx",
            "bos=<|endoftext|> eos=<|endoftext|> unk=<|endoftext|>",
            false,
            "GPT2Tokenizer",
            "CodeGenTokenizer",
            "WhisperTokenizer"),
    GPT_NEOX(
            "gpt_neox,mamba,mamba2,mpt,olmo,olmo2,olmoe,stablelm,rwkv",
            "bos=<|endoftext|> eos=<|endoftext|> unk=<|endoftext|>",
            false,
            "GPTNeoXTokenizer"),
    QWEN2(
            "qwen2,qwen2_moe,qwen2_vl,qwen2_5_vl,qwen2_audio,qwen3,qwen3_moe,qwen3_vl,internvl",
            "eos=<|endoftext|> unk=<|endoftext|> pad=<|endoftext|>",
            false,
            "Qwen2Tokenizer"),
    CLIP(
            "clip,clipseg,groupvit,owlvit,owlv2,xclip,oneformer",
            "bos=<|startoftext|> eos=<|endoftext|> unk=<|endoftext|> pad=<|endoftext|>",
            false,
            "CLIPTokenizer"),
    OPENAI_GPT("openai-gpt", "unk=<unk>", false, "OpenAIGPTTokenizer"),
    LLAMA(
            "llama,llava,llava_next,mistral,mixtral,phi3,idefics2,idefics3,smolvlm,paligemma,mllama,llama4",
            "bos=<s> eos=</s> unk=<unk>",
            false,
            "LlamaTokenizer"),
    GEMMA(
            "gemma,gemma2,gemma3,gemma3_text,siglip2,recurrent_gemma",
            "bos=<bos> eos=<eos> unk=<unk> pad=<pad>",
            false,
            "GemmaTokenizer"),
    T5(
            "t5,mt5,umt5,longt5,switch_transformers,pix2struct",
            "eos=</s> unk=<unk> pad=<pad>",
            false,
            "T5Tokenizer",
            "MT5Tokenizer"),
    XLM_ROBERTA(
            "xlm-roberta,xlm-roberta-xl,xmod,kosmos-2",
            "bos=<s> eos=</s> unk=<unk> sep=</s> pad=<pad> cls=<s> mask=<mask>",
            false,
            "XLMRobertaTokenizer"),
    ALBERT(
            "albert,yoso,nystromformer",
            "bos=[CLS] eos=[SEP] unk=<unk> sep=[SEP] pad=<pad> cls=[CLS] mask=[MASK]",
            true,
            "AlbertTokenizer"),
    SIGLIP("siglip", "eos=</s> unk=<unk> pad=</s>", false, "SiglipTokenizer"),
    MARIAN("marian", "eos=</s> unk=<unk> pad=<pad>", false, "MarianTokenizer"),
    TRANSFO_XL("transfo-xl", "eos=<eos> unk=<unk>", false, "TransfoXLTokenizer");

    private final List<String> modelTypes;
    private final Map<String, String> specialTokens = new LinkedHashMap<>();
    private final boolean typeIds;
    private final List<String> names;

    TokenizerClass(String modelTypes, String specialTokens, boolean typeIds, String... names) {
        this.modelTypes = List.of(modelTypes.split(","));
        for (String token : specialTokens.isEmpty() ? new String[0] : specialTokens.split(" ")) {
            this.specialTokens.put(token.substring(0, token.indexOf('=')), token.substring(token.indexOf('=') + 1));
        }
        this.typeIds = typeIds;
        this.names = List.of(names);
    }

    /** The class that a checkpoint names, such as "BertTokenizerFast", or that its model_type goes with. */
    static TokenizerClass of(Optional<String> name, Optional<String> modelType) {
        Optional<String> plain = name.map(n -> n.endsWith("Fast") ? n.substring(0, n.length() - 4) : n);
        return Arrays.stream(values())
                .filter(type -> plain.map(type.names::contains)
                        .orElseGet(
                                () -> modelType.map(type.modelTypes::contains).orElse(false)))
                .findFirst()
                .orElse(GENERIC);
    }

    /** Special tokens by kind, such as "eos", that hold where the checkpoint names none. */
    Map<String, String> specialTokens() {
        return specialTokens;
    }

    /** A special token that is given by its text alone. */
    AddedToken added(String kind, String content) {
        AddedToken token = AddedToken.special(content);
        return switch (this) {
            case SIGLIP -> kind.equals("additional") ? token : token.stripping(true, true);
            case ROBERTA, MPNET, XLM_ROBERTA, ALBERT -> kind.equals("mask") ? token.stripping(true, false) : token;
            default -> token;
        };
    }

    /** Whether models of this class take token_type_ids. */
    boolean typeIds() {
        return typeIds;
    }

    Side paddingSide() {
        return this == LLAMA || this == GEMMA ? Side.LEFT : Side.RIGHT;
    }

    /** The model's maximum length where the checkpoint says nothing; 0 for none. */
    int modelMaxLength() {
        return this == SIGLIP ? 64 : this == MARIAN ? 512 : 0;
    }

    /** Whether its vocabulary is a vocab.txt, unless there is a tokenizer.json. */
    boolean isWordPiece() {
        return this == BERT || this == DISTILBERT || this == MPNET;
    }

    /** Whether it leaves tokenizer.json's space in front of texts as it is, where the checkpoint says nothing. */
    boolean keepsPrefixSpace() {
        return this == LLAMA || this == T5;
    }

    /** Whether it splits by SentencePiece itself, even where there is a tokenizer.json. */
    boolean isSentencePiece() {
        return this == SIGLIP || this == MARIAN;
    }

    @Override
    public String toString() {
        return names.get(0);
    }
}
