package io.vitrail.text.tokenizer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A tokenizer's special tokens by their kind: "bos", "eos", "unk", "sep", "pad", "cls", "mask", and what the checkpoint
 * adds, such as "image". Immutable.
 */
public final class SpecialTokens {
    static final List<String> KINDS = List.of("bos", "eos", "unk", "sep", "pad", "cls", "mask");

    private final Map<String, String> named;
    private final List<String> additional;
    private final Vocabulary vocabulary;
    private final int padType;

    SpecialTokens(Map<String, String> named, List<String> additional, Vocabulary vocabulary, int padType) {
        this.named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
        this.additional = List.copyOf(additional);
        this.vocabulary = vocabulary;
        this.padType = padType;
    }

    /** The token of a kind, if the tokenizer has one. */
    public Optional<String> token(String kind) {
        return Optional.ofNullable(named.get(kind));
    }

    /** The id of the token of a kind, if the tokenizer has one. */
    public OptionalLong id(String kind) {
        String token = named.get(kind);
        return token == null || vocabulary.id(token).isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(vocabulary.id(token).getAsInt());
    }

    /** Tokens by kind. */
    public Map<String, String> named() {
        return named;
    }

    /** Further special tokens, of no kind. */
    public List<String> additional() {
        return additional;
    }

    /** All of them, each once. */
    public Set<String> all() {
        Set<String> all = new LinkedHashSet<>(named.values());
        all.addAll(additional);
        return all;
    }

    /**
     * The id that fills rows up.
     *
     * @throws IllegalArgumentException if there is none
     */
    long padId() {
        return id("pad")
                .orElseThrow(() -> new IllegalArgumentException(
                        "This tokenizer has no padding token. Encode texts one by one, or name one as 'pad_token' in"
                                + " tokenizer_config.json, such as the end of the text ("
                                + token("eos").orElse("none") + ")."));
    }

    /** The type id of padding. */
    int padType() {
        return padType;
    }
}
