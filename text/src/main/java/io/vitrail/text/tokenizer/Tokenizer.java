package io.vitrail.text.tokenizer;

import io.vitrail.text.tokenizer.template.ChatTemplate;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A checkpoint's tokenizer: texts to ids, and back, as Hugging Face transformers' tokenizers do it.
 *
 * <p>Any thread may use it, any number at once. It holds native memory until it is closed; results don't.
 */
public final class Tokenizer implements AutoCloseable {
    private final TokenizerParts parts;

    private Tokenizer(TokenizerParts parts) {
        this.parts = parts;
    }

    /**
     * Loads the tokenizer of a checkpoint; the caller closes it. It is made from tokenizer.json, or else from
     * vocab.txt, vocab.json with merges.txt, or SentencePiece models.
     *
     * @throws CheckpointException if its files are missing, damaged, too large, or of an unknown kind
     */
    public static Tokenizer load(Path folder) {
        return new Tokenizer(TokenizerParts.load(folder, Optional.empty()));
    }

    /** The same as a class of the reference, such as "PreTrainedTokenizerFast", whatever the checkpoint names. */
    public static Tokenizer loadAs(String className, Path folder) {
        return new Tokenizer(TokenizerParts.load(folder, Optional.of(className)));
    }

    /** Encodes one text, with special tokens. */
    public Encoding encode(String text) {
        return encode(text, EncodeOptions.defaults());
    }

    /** Encodes one text; errors are those of a batch. */
    public Encoding encode(String text, EncodeOptions options) {
        return encode(List.of(TokenizerInput.of(text)), options).rows().get(0);
    }

    /**
     * Encodes a batch.
     *
     * @throws IllegalArgumentException if an option can't be met: no padding token, spans of a tokenizer that has none,
     *     a maximum length that leaves no room, or a stride that is too long for it
     */
    public EncodedBatch encode(List<TokenizerInput> inputs, EncodeOptions options) {
        return new BatchEncoder(parts, options).encode(inputs);
    }

    /**
     * Encodes a batch of target texts. Only Marian's tokenizer has different ones for source and target; others
     * encode as usual.
     */
    public EncodedBatch encodeTargets(List<TokenizerInput> inputs, EncodeOptions options) {
        return new BatchEncoder(parts.forTargets(), options).encode(inputs);
    }

    /**
     * The text of ids. Ids beyond the vocabulary are left out, as the reference does; models have some as outputs.
     *
     * @throws IllegalArgumentException if an id is negative
     */
    public String decode(long[] ids, DecodeOptions options) {
        Check.that(ids != null, "The ids are null.");
        for (long id : ids) {
            Check.that(id >= 0 && id <= Integer.MAX_VALUE, "%d is no id of a token.", id);
        }
        return cleaned(parts.join(ids, options.skipSpecialTokens()), options);
    }

    /** A text without the spaces that the options, or else the checkpoint, want removed. */
    String cleaned(String text, DecodeOptions options) {
        return options.cleanUpSpaces().orElse(parts.cleanUpSpaces()) ? cleanUp(text) : text;
    }

    /** As PreTrainedTokenizerBase.clean_up_tokenization. */
    private static String cleanUp(String text) {
        return text.replace(" .", ".")
                .replace(" ?", "?")
                .replace(" !", "!")
                .replace(" ,", ",")
                .replace(" ' ", "'")
                .replace(" n't", "n't")
                .replace(" 'm", "'m")
                .replace(" 's", "'s")
                .replace(" 've", "'ve")
                .replace(" 're", "'re");
    }

    /** A decoder that takes one id at a time; one text each, for one thread. */
    public StreamingDecoder stream(DecodeOptions options) {
        return new StreamingDecoder(this, options);
    }

    /** The id of a token. */
    public OptionalLong id(String token) {
        OptionalInt id = parts.vocabulary().id(token);
        return id.isPresent() ? OptionalLong.of(id.getAsInt()) : OptionalLong.empty();
    }

    /** The token of an id. */
    public Optional<String> token(long id) {
        return parts.vocabulary().token(id);
    }

    /** The tokens of ids; "" where there is none. */
    public List<String> tokens(long[] ids) {
        List<String> tokens = new ArrayList<>(ids.length);
        for (long id : ids) {
            tokens.add(token(id).orElse(""));
        }
        return tokens;
    }

    /**
     * The number of the word that each token of a text is part of, special tokens not counted; -1 for a token of no
     * word, and for all if this tokenizer doesn't know words.
     */
    public int[] words(String text) {
        return parts.segmenter().words(TokenizerInput.of(text).text());
    }

    /** What tokens begin with that go on with a word, such as "##"; "" if nothing tells. */
    public String continuationPrefix() {
        return parts.segmenter().continuationPrefix();
    }

    /** How many tokens there are, added ones included. */
    public int vocabularySize() {
        return parts.vocabulary().size();
    }

    /** The longest row that the model takes, if the checkpoint knows. */
    public OptionalInt modelMaxLength() {
        return parts.modelMaxLength();
    }

    /** Whether the model takes type ids. */
    public boolean usesTypeIds() {
        return parts.typeIds();
    }

    public SpecialTokens specialTokens() {
        return parts.special();
    }

    /**
     * The template that makes a prompt of a chat.
     *
     * @throws IllegalArgumentException if the checkpoint has none
     * @throws CheckpointException if it can't be understood
     */
    public ChatTemplate chatTemplate() {
        return parts.chatTemplate();
    }

    /** Frees the native memory, once other threads' calls have ended; further calls are errors. */
    @Override
    public void close() {
        parts.close();
    }
}
