package io.vitrail.text.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** vocab.json and merges.txt, the files of byte-pair encoding since GPT, to tokenizer.json. */
final class BytePairConversion {
    private static final String QWEN_WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String CLIP_WORDS = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
    private static final int CLIP_MERGES = 49152 - 256 - 2;

    private final TokenizerConfig config;
    private final Map<String, Integer> ids;
    private final ObjectNode pipeline = PipelineParts.object();
    private final ObjectNode model = PipelineParts.of("BPE");

    private BytePairConversion(TokenizerConfig config, Map<String, Integer> ids) {
        this.config = config;
        this.ids = ids;
    }

    static TokenizerJson of(TokenizerConfig config) {
        Path file = config.folder().resolve("vocab.json");
        try {
            return new BytePairConversion(config, VocabularyJson.read(file)).convert();
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(e.getMessage(), file, "download the file again.", e);
        }
    }

    private TokenizerJson convert() {
        boolean words = config.type() == TokenizerClass.OPENAI_GPT || config.type() == TokenizerClass.CLIP;
        model.put("end_of_word_suffix", words ? "</w>" : "");
        if (words) {
            model.put("unk_token", token("unk"));
        }
        ObjectNode vocab = model.putObject("vocab");
        ids.forEach(vocab::put);
        readMerges(model.putArray("merges"));
        switch (config.type()) {
            case OPENAI_GPT -> openAi();
            case CLIP -> clip();
            case QWEN2 -> qwen2();
            case ROBERTA -> byteLevel(processor("RobertaProcessing", true));
            default -> byteLevel(gpt2Processor());
        }
        return TokenizerJson.of(pipeline, model, ids);
    }

    /** One merge a line, behind a line with the version. */
    private void readMerges(ArrayNode merges) {
        Path file = config.folder().resolve("merges.txt");
        List<String> lines = TokenizerFile.text(file).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            boolean header = i == 0
                    && (config.type() != TokenizerClass.QWEN2 || lines.get(0).startsWith("#version:"));
            String[] pair = lines.get(i).strip().split("\\s+");
            boolean beyond = config.type() == TokenizerClass.CLIP && i > CLIP_MERGES;
            if (!header && !beyond && pair.length == 2) {
                merges.add(pair[0] + " " + pair[1]);
            }
        }
    }

    private void openAi() {
        ObjectNode normalizer = PipelineParts.of("BertNormalizer")
                .put("clean_text", true)
                .put("handle_chinese_chars", true)
                .put("lowercase", true);
        normalizer.putNull("strip_accents");
        pipeline.set("normalizer", normalizer);
        pipeline.set("pre_tokenizer", PipelineParts.of("BertPreTokenizer"));
        pipeline.set("decoder", PipelineParts.of("BPEDecoder").put("suffix", "</w>"));
    }

    private void clip() {
        List<ObjectNode> normalizers = List.of(
                PipelineParts.of("NFC"), PipelineParts.replaceRegex("\\s+", " "), PipelineParts.of("Lowercase"));
        pipeline.set("normalizer", PipelineParts.sequence("normalizers", normalizers));
        List<ObjectNode> splitters = List.of(
                PipelineParts.splitRegex(CLIP_WORDS, "Removed", true), PipelineParts.byteLevel(false, true, true));
        pipeline.set("pre_tokenizer", PipelineParts.sequence("pretokenizers", splitters));
        pipeline.set("post_processor", processor("RobertaProcessing", false));
        pipeline.set("decoder", PipelineParts.byteLevel(true, true, true));
    }

    private void qwen2() {
        pipeline.set("normalizer", PipelineParts.of("NFC"));
        boolean prefix = config.flag("add_prefix_space", false);
        List<ObjectNode> splitters = List.of(
                PipelineParts.splitRegex(QWEN_WORDS, "Isolated", false), PipelineParts.byteLevel(prefix, true, false));
        pipeline.set("pre_tokenizer", PipelineParts.sequence("pretokenizers", splitters));
        pipeline.set("post_processor", PipelineParts.byteLevel(true, false, true));
        pipeline.set("decoder", PipelineParts.byteLevel(true, true, true));
    }

    private void byteLevel(ObjectNode processor) {
        pipeline.set("pre_tokenizer", PipelineParts.byteLevel(config.flag("add_prefix_space", false), true, true));
        pipeline.set("post_processor", processor);
        pipeline.set("decoder", PipelineParts.byteLevel(true, true, true));
    }

    private ObjectNode gpt2Processor() {
        if (!config.flag("add_bos_token", false)) {
            return PipelineParts.byteLevel(true, false, true);
        }
        String bos = token("bos") + ":0 ";
        Map<String, Integer> special = new LinkedHashMap<>();
        special.put(token("bos"), id("bos"));
        return PipelineParts.template(bos + "$A:0", bos + "$A:0 $B:1", special);
    }

    /** RoBERTa's: the first token in front, the separating one behind. */
    private ObjectNode processor(String type, boolean trim) {
        boolean clip = config.type() == TokenizerClass.CLIP;
        String cls = clip ? "bos" : "cls";
        String sep = clip ? "eos" : "sep";
        ObjectNode processor = PipelineParts.of(type)
                .put("trim_offsets", trim)
                .put("add_prefix_space", !clip && config.flag("add_prefix_space", false));
        processor.putArray("cls").add(token(cls)).add(id(cls));
        processor.putArray("sep").add(token(sep)).add(id(sep));
        return processor;
    }

    private String token(String kind) {
        AddedToken token = config.special().get(kind);
        Check.that(token != null, "The tokenizer has no %s_token.", kind);
        return token.content();
    }

    private int id(String kind) {
        Integer id = ids.get(token(kind));
        Check.that(id != null, "The vocabulary lacks the special token '%s'.", token(kind));
        return id;
    }
}
