package io.vitrail.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.text.tokenizer.template.ChatTemplate;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a tokenizer is made of. Immutable but for the native memory.
 *
 * @param segmenter splits and joins
 * @param targets splits target texts
 * @param framing puts special tokens around
 * @param special the special tokens
 * @param config what the checkpoint says
 * @param wordSuffix what ends a word's last token and becomes a space after joining; "" for nothing
 * @param cleanUpSpaces whether decoding removes spaces before punctuation, unless asked otherwise
 * @param paddingSide where padding goes
 * @param truncationSide where rows are cut
 */
record TokenizerParts(
        Segmenter segmenter,
        Segmenter targets,
        Framing framing,
        SpecialTokens special,
        TokenizerConfig config,
        String wordSuffix,
        boolean cleanUpSpaces,
        Side paddingSide,
        Side truncationSide) {
    private static final String FILE = "tokenizer.json";

    static TokenizerParts load(Path folder, Optional<String> className) {
        TokenizerConfig config = TokenizerConfig.read(folder, className);
        try {
            return config.type().isSentencePiece() ? ofSentencePiece(config) : ofLibrary(config);
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(e.getMessage(), folder, "correct or replace the tokenizer's files.", e);
        }
    }

    private static TokenizerParts ofLibrary(TokenizerConfig config) {
        Path file = config.folder().resolve(FILE);
        boolean convert = !Files.exists(file) || Conversion.isWanted(config);
        TokenizerJson json = convert ? Conversion.of(config) : TokenizerJson.read(file);
        Adaptation.adapt(json.pipeline(), config);
        List<AddedToken> added = new ArrayList<>(json.addedTokens());
        added.addAll(config.added());
        NativeSegmenter segmenter = NativeSegmenter.of(json, added, convert ? config.folder() : file);
        try {
            Adaptation.frame(json.pipeline(), config, segmenter.vocabulary());
            JsonNode padding = json.pipeline().path("padding");
            boolean clip = config.type() == TokenizerClass.CLIP;
            return new TokenizerParts(
                    segmenter,
                    segmenter,
                    Framing.of(json.pipeline().path("post_processor")),
                    special(config, segmenter.vocabulary(), padding),
                    config,
                    clip ? json.wordSuffix() : "",
                    config.flag(
                            "clean_up_tokenization_spaces",
                            convert && config.type().isWordPiece()),
                    config.paddingSide(json.pipeline()),
                    config.truncationSide(json.pipeline()));
        } catch (RuntimeException e) {
            segmenter.close();
            throw e;
        }
    }

    private static TokenizerParts ofSentencePiece(TokenizerConfig config) {
        PieceSegmenter source = PieceSegmenter.source(config);
        return new TokenizerParts(
                source,
                source.forTargets(),
                source.framing(),
                special(config, source.vocabulary(), PipelineParts.object()),
                config,
                "",
                config.flag("clean_up_tokenization_spaces", false),
                config.paddingSide(PipelineParts.object()),
                config.truncationSide(PipelineParts.object()));
    }

    /** A padding section of tokenizer.json names the token that fills rows up, where nothing else does. */
    private static SpecialTokens special(TokenizerConfig config, Vocabulary vocabulary, JsonNode padding) {
        Map<String, String> named = new LinkedHashMap<>();
        config.special().forEach((kind, token) -> named.put(kind, token.content()));
        if (padding.path("pad_token").isTextual()) {
            named.putIfAbsent("pad", padding.path("pad_token").asText());
        }
        List<String> additional =
                config.additional().stream().map(AddedToken::content).toList();
        return new SpecialTokens(named, additional, vocabulary, 0);
    }

    TokenizerParts forTargets() {
        return new TokenizerParts(
                targets, targets, framing, special, config, wordSuffix, cleanUpSpaces, paddingSide, truncationSide);
    }

    /** As CLIPTokenizerFast does it, where a suffix is set. */
    String join(long[] ids, boolean skipSpecialTokens) {
        String text = segmenter.join(ids, skipSpecialTokens);
        return wordSuffix.isEmpty() ? text : UnicodeText.strip(text.replace(wordSuffix, " "));
    }

    Vocabulary vocabulary() {
        return segmenter.vocabulary();
    }

    OptionalInt modelMaxLength() {
        return config.modelMaxLength();
    }

    boolean typeIds() {
        return config.typeIds();
    }

    ChatTemplate chatTemplate() {
        return ChatTemplate.parse(config.chatTemplate(), special.named());
    }

    void close() {
        segmenter.close();
        targets.close();
    }
}
