package io.vitrail.text.tokenizer;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The reference's tokenizers that have no fast counterpart and call SentencePiece themselves: what SiglipTokenizer and
 * MarianTokenizer share. Immutable.
 */
abstract sealed class PieceSegmenter implements Segmenter permits SiglipSegmenter, MarianSegmenter {
    private final TokenizerConfig config;
    private final Vocabulary vocabulary;
    private final Set<String> special = new LinkedHashSet<>();
    private final AddedTokenTrie trie;

    PieceSegmenter(TokenizerConfig config, Map<String, Integer> ids) {
        this.config = config;
        vocabulary = new Vocabulary(ids, config.added());
        config.special().values().forEach(token -> special.add(token.content()));
        config.additional().forEach(token -> special.add(token.content()));
        trie = new AddedTokenTrie(vocabulary.addedTokens());
    }

    /** The tokenizer that a checkpoint's class asks for. */
    static PieceSegmenter source(TokenizerConfig config) {
        return config.type() == TokenizerClass.SIGLIP ? SiglipSegmenter.load(config) : MarianSegmenter.load(config);
    }

    /** Tokens of a text without added ones. */
    abstract List<String> pieces(String text);

    /** The text of tokens. */
    abstract String text(List<String> tokens);

    /** The id of a token that wasn't added. */
    abstract long id(String token);

    /** The token of an id that wasn't added. */
    abstract String token(long id);

    /** The same for target texts. */
    PieceSegmenter forTargets() {
        return this;
    }

    abstract Framing framing();

    Set<String> special() {
        return special;
    }

    long eosId() {
        AddedToken eos = config.special().get("eos");
        Check.that(eos != null, "The tokenizer has no eos_token.");
        return vocabulary.id(eos.content()).orElse(0);
    }

    TokenizerConfig config() {
        return config;
    }

    List<String> tokens(String text) {
        List<String> parts = new ArrayList<>(trie.split(text));
        for (int i = 0; i < parts.size(); i++) {
            strip(parts, i);
        }
        List<String> tokens = new ArrayList<>();
        for (String part : parts) {
            if (vocabulary.addedTokens().contains(part)) {
                tokens.add(part);
            } else if (!part.isEmpty()) {
                tokens.addAll(pieces(part));
            }
        }
        return tokens;
    }

    /** An added token swallows spaces of its neighbours, or joins them where it must stand by itself. */
    private void strip(List<String> parts, int i) {
        String part = parts.get(i);
        if (!vocabulary.addedTokens().contains(part)) {
            return;
        }
        AddedToken token = vocabulary.added(vocabulary.id(part).orElse(-1)).orElse(AddedToken.special(part));
        boolean hasLeft = i > 0 && !parts.get(i - 1).isEmpty();
        boolean hasRight = i + 1 < parts.size();
        if (token.rightStrip() && hasRight) {
            parts.set(i + 1, UnicodeText.stripLeft(parts.get(i + 1)));
        }
        if (token.leftStrip() && hasLeft) {
            parts.set(i - 1, UnicodeText.stripRight(parts.get(i - 1)));
        }
        boolean gluedLeft = token.singleWord() && hasLeft && !parts.get(i - 1).endsWith(" ");
        boolean gluedRight = token.singleWord() && hasRight && !parts.get(i + 1).startsWith(" ");
        if (gluedLeft || gluedRight) {
            int to = gluedLeft ? i - 1 : i + 1;
            parts.set(to, gluedLeft ? parts.get(to) + part : part + parts.get(to));
            parts.set(i, "");
        }
    }

    @Override
    public Segment split(String text, boolean spans) {
        Check.that(!spans, "%s tells no offsets; encode without them.", config.type());
        long[] ids = tokens(text).stream()
                .mapToLong(token -> vocabulary.addedTokens().contains(token)
                        ? vocabulary.id(token).orElse(0)
                        : id(token))
                .toArray();
        return new Segment(ids, List.of(), List.of());
    }

    @Override
    public String join(long[] ids, boolean skipSpecialTokens) {
        List<String> texts = new ArrayList<>();
        List<String> current = new ArrayList<>();
        for (long id : ids) {
            String token = vocabulary.added(id).map(AddedToken::content).orElseGet(() -> token(id));
            if (skipSpecialTokens && special.contains(token)) {
                continue;
            }
            if (standsAlone(token)) {
                flush(current, texts, true);
                texts.add(token);
            } else {
                current.add(token);
            }
        }
        flush(current, texts, false);
        return String.join(" ", texts);
    }

    private boolean standsAlone(String token) {
        boolean added = vocabulary.addedTokens().contains(token);
        boolean further = config.additional().stream().anyMatch(t -> t.content().equals(token));
        return added
                && (!special.contains(token) || further && vocabulary.id(token).orElse(0) >= vocabulary.modelSize());
    }

    private void flush(List<String> current, List<String> texts, boolean onlyText) {
        String text = current.isEmpty() ? "" : text(current);
        if (!current.isEmpty() && !(onlyText && text.isEmpty())) {
            texts.add(text);
        }
        current.clear();
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public void close() {
        // Nothing native is held.
    }

    /** A model of SentencePiece in the checkpoint's folder. */
    static SentencePieceFile model(TokenizerConfig config, String name) {
        return SentencePieceFile.read(config.folder().resolve(name));
    }

    /** A vocab.json in the checkpoint's folder. */
    static Map<String, Integer> ids(Path file) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        VocabularyJson.read(file).forEach(ids::put);
        if (ids.isEmpty() && Files.exists(file)) {
            throw CheckpointException.of("The vocabulary is empty.", file, "download the file again.");
        }
        return ids;
    }
}
