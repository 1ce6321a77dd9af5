package io.vitrail.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.tokenizer.SentencePieceFile.Kind;
import io.vitrail.text.tokenizer.SentencePieceFile.Piece;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A SentencePiece model to tokenizer.json. */
final class SentencePieceConversion {
    private final TokenizerConfig config;
    private final SentencePieceFile file;
    private final List<Piece> pieces = new ArrayList<>();
    private final Map<String, Integer> ids = new LinkedHashMap<>();
    private final ObjectNode pipeline = PipelineParts.object();
    private final boolean legacy;
    private final boolean prefixSpace;

    private SentencePieceConversion(TokenizerConfig config, SentencePieceFile file) {
        this.config = config;
        this.file = file;
        legacy = config.flag("legacy", true);
        prefixSpace = config.flag("add_prefix_space", true);
    }

    /** The name of the model's file. */
    static String fileOf(TokenizerClass type) {
        return switch (type) {
            case LLAMA, GEMMA -> "tokenizer.model";
            case XLM_ROBERTA -> "sentencepiece.bpe.model";
            default -> "spiece.model";
        };
    }

    static TokenizerJson of(TokenizerConfig config) {
        Path path = config.folder().resolve(fileOf(config.type()));
        try {
            return new SentencePieceConversion(config, SentencePieceFile.read(path)).convert();
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(e.getMessage(), path, "download the file again.", e);
        }
    }

    private TokenizerJson convert() {
        collectPieces();
        for (int id = 0; id < pieces.size(); id++) {
            ids.put(pieces.get(id).text(), id);
        }
        ObjectNode model = file.modelType() == SentencePieceFile.BPE ? bytePairs() : unigram();
        addTokens();
        pipeline.set("normalizer", normalizer());
        pipeline.set("pre_tokenizer", splitter());
        pipeline.set("post_processor", processor());
        pipeline.set("decoder", decoder());
        return TokenizerJson.of(pipeline, model, ids);
    }

    private boolean isLlamaLike() {
        return config.type() == TokenizerClass.LLAMA || config.type() == TokenizerClass.GEMMA;
    }

    // ---- vocabulary

    private void collectPieces() {
        List<Piece> all = file.pieces();
        int replaced =
                switch (config.type()) {
                    case LLAMA -> {
                        all.subList(0, Math.min(3, all.size())).forEach(piece -> add(piece.text(), 0));
                        yield 3;
                    }
                    case GEMMA -> addAll("pad", "eos", "bos");
                    case XLM_ROBERTA -> {
                        List.of("<s>", "<pad>", "</s>", "<unk>").forEach(piece -> add(piece, 0));
                        yield 3;
                    }
                    default -> 0;
                };
        all.subList(Math.min(replaced, all.size()), all.size()).forEach(piece -> add(piece.text(), score(piece)));
        switch (config.type()) {
            case XLM_ROBERTA -> add("<mask>", 0);
            case T5 -> {
                List<AddedToken> sentinels = config.additional().stream()
                        .filter(token -> token.content().startsWith("<extra_id_"))
                        .toList();
                for (int i = sentinels.size() - 1; i >= 0; i--) {
                    add("<extra_id_" + i + ">", 0);
                }
            }
            default -> {
                // nothing follows
            }
        }
        boolean tab = pieces.stream().anyMatch(piece -> piece.text().equals("\t"));
        if (config.type() == TokenizerClass.GEMMA && !tab) {
            pieces.replaceAll(piece -> piece.text().equals("<0x09>") ? new Piece("\t", 0, Kind.NORMAL) : piece);
        }
    }

    private int addAll(String... kinds) {
        for (String kind : kinds) {
            AddedToken token = config.special().get(kind);
            Check.that(token != null, "The tokenizer has no %s_token.", kind);
            add(token.content(), 0);
        }
        return kinds.length;
    }

    private void add(String text, float score) {
        pieces.add(new Piece(text, score, Kind.NORMAL));
    }

    /** ALBERT's numbers with a comma behind are made unlikely: its slow tokenizer splits them. */
    private float score(Piece piece) {
        String text = piece.text();
        int length = text.length();
        boolean numberComma = length >= 2 && text.endsWith(",") && Character.isDigit(text.charAt(length - 2));
        return config.type() == TokenizerClass.ALBERT && numberComma ? piece.score() - 100 : piece.score();
    }

    private int unknownId() {
        return switch (config.type()) {
            case LLAMA -> 0;
            case GEMMA, XLM_ROBERTA -> 3;
            default -> file.unknownId();
        };
    }

    // ---- model

    private ObjectNode unigram() {
        ObjectNode model =
                PipelineParts.of("Unigram").put("unk_id", unknownId()).put("byte_fallback", isLlamaLike());
        ArrayNode vocab = model.putArray("vocab");
        pieces.forEach(piece -> vocab.addArray().add(piece.text()).add((double) piece.score()));
        return model;
    }

    private ObjectNode bytePairs() {
        ObjectNode model = PipelineParts.of("BPE")
                .put("unk_token", pieces.get(unknownId()).text())
                .put("fuse_unk", true)
                .put("byte_fallback", isLlamaLike());
        ObjectNode vocab = model.putObject("vocab");
        ids.forEach(vocab::put);
        ArrayNode merges = model.putArray("merges");
        PieceMerges.of(pieces, storedIds())
                .forEach(pair -> merges.addArray().add(pair.left()).add(pair.right()));
        return model;
    }

    private Map<String, Integer> storedIds() {
        Map<String, Integer> stored = new HashMap<>();
        for (int id = 0; id < file.pieces().size(); id++) {
            stored.put(file.pieces().get(id).text(), id);
        }
        if (config.type() == TokenizerClass.GEMMA && stored.containsKey("<0x09>")) {
            stored.putIfAbsent("\t", stored.get("<0x09>"));
        }
        return stored;
    }

    /** Control and user-defined pieces are found before texts are split. */
    private void addTokens() {
        ArrayNode added = pipeline.putArray("added_tokens");
        for (Piece piece : file.pieces()) {
            boolean special = piece.kind() == Kind.CONTROL
                    || config.type() == TokenizerClass.GEMMA && piece.text().matches("<(start|end)_of_turn>");
            if (special || piece.kind() == Kind.USER_DEFINED) {
                AddedToken token = AddedToken.special(piece.text());
                AddedToken plain = new AddedToken(piece.text(), false, false, false, false, false);
                added.add((special ? token : plain).toJson(ids.getOrDefault(piece.text(), 0)));
            }
        }
    }

    // ---- pipeline

    private JsonNode normalizer() {
        List<ObjectNode> parts = new ArrayList<>();
        switch (config.type()) {
            case LLAMA -> {
                if (!legacy) {
                    return pipeline.nullNode();
                }
                if (prefixSpace) {
                    parts.add(PipelineParts.of("Prepend").put("prepend", "▁"));
                }
                parts.add(PipelineParts.replace(" ", "▁"));
            }
            case GEMMA -> {
                return PipelineParts.replace(" ", "▁");
            }
            case ALBERT -> {
                parts.add(PipelineParts.replace("``", "\""));
                parts.add(PipelineParts.replace("''", "\""));
                if (!config.flag("keep_accents", false)) {
                    parts.add(PipelineParts.of("NFKD"));
                    parts.add(PipelineParts.of("StripAccents"));
                }
                if (config.flag("do_lower_case", true)) {
                    parts.add(PipelineParts.of("Lowercase"));
                }
                addCharsMap(parts);
                parts.add(PipelineParts.replaceRegex(" {2,}", " "));
            }
            default -> {
                addCharsMap(parts);
                parts.add(PipelineParts.of("Strip").put("strip_left", false).put("strip_right", true));
                parts.add(PipelineParts.replaceRegex(" {2,}", "▁"));
            }
        }
        return PipelineParts.sequence("normalizers", parts);
    }

    private void addCharsMap(List<ObjectNode> parts) {
        if (file.charsMap().isPresent()) {
            String table = Base64.getEncoder().encodeToString(file.charsMapBytes());
            parts.add(PipelineParts.of("Precompiled").put("precompiled_charsmap", table));
        }
    }

    private String scheme() {
        return !prefixSpace ? "never" : legacy ? "always" : "first";
    }

    private JsonNode splitter() {
        return switch (config.type()) {
            case LLAMA -> legacy ? pipeline.nullNode() : PipelineParts.metaspace(scheme(), false);
            case GEMMA -> {
                ObjectNode split = PipelineParts.of("Split")
                        .put("behavior", "MergedWithPrevious")
                        .put("invert", false);
                split.putObject("pattern").put("String", " ");
                yield split;
            }
            default -> PipelineParts.metaspace(scheme(), true);
        };
    }

    private JsonNode processor() {
        return switch (config.type()) {
            case T5 -> template("$A:0 </s>:0", "$A:0 </s>:0 $B:0 </s>:0");
            case XLM_ROBERTA -> template("<s>:0 $A:0 </s>:0", "<s>:0 $A:0 </s>:0 </s>:0 $B:0 </s>:0");
            case ALBERT -> template("[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1");
            default -> pipeline.nullNode(); // Llama's and Gemma's follow their settings
        };
    }

    private ObjectNode template(String single, String pair) {
        Map<String, Integer> special = new LinkedHashMap<>();
        for (String part : pair.split(" ")) {
            String token = part.substring(0, part.lastIndexOf(':'));
            if (!token.startsWith("$")) {
                Check.that(ids.containsKey(token), "The model lacks the piece '%s'.", token);
                special.put(token, ids.get(token));
            }
        }
        return PipelineParts.template(single, pair, special);
    }

    private ObjectNode decoder() {
        if (!isLlamaLike()) {
            return PipelineParts.metaspace(scheme(), true);
        }
        List<ObjectNode> parts = new ArrayList<>(
                List.of(PipelineParts.replace("▁", " "), PipelineParts.of("ByteFallback"), PipelineParts.of("Fuse")));
        if (config.type() == TokenizerClass.LLAMA && prefixSpace) {
            parts.add(PipelineParts.of("Strip")
                    .put("content", " ")
                    .put("start", 1)
                    .put("stop", 0));
        }
        return PipelineParts.sequence("decoders", parts);
    }
}
