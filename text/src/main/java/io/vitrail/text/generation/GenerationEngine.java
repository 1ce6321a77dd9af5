package io.vitrail.text.generation;

import io.vitrail.text.tokenizer.DecodeOptions;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Writes what follows prompts, token by token, as the options say: greedy search, sampling or beam search, for any decoder.
 *
 * <p>Immutable; any thread may use it, any number at once, each with a decoding of its own.
 */
public final class GenerationEngine {
    /** New tokens where no limit is set. */
    private static final int DEFAULT_TOKENS = 20;

    private final GenerationOptions options;
    private final Optional<Tokenizer> tokenizer;

    private GenerationEngine(GenerationOptions options, Optional<Tokenizer> tokenizer) {
        this.options = options;
        this.tokenizer = tokenizer;
    }

    public static GenerationEngine of(GenerationOptions options) {
        return new GenerationEngine(options, Optional.empty());
    }

    /** With what makes text of ids, to find stop strings; it stays the caller's. */
    public GenerationEngine withTokenizer(Tokenizer found) {
        return new GenerationEngine(options, Optional.of(found));
    }

    /**
     * Writes. What comes of a prompt doesn't depend on the others.
     *
     * @param decoding that nothing went through yet; it stays the caller's to close
     * @param prompts at least one, of any lengths
     * @return by prompt, as many sequences as the options want; those of beam search best first
     * @throws IllegalArgumentException if there is no room behind a prompt, an id isn't one of the model's, or the options can't be
     *     met
     * @throws io.vitrail.transformer.CallException as {@link Decoding#next}
     * @throws IllegalStateException if the model's scores are NaN or infinite
     */
    public List<List<GeneratedSequence>> generate(Decoding decoding, List<Prompt> prompts, TokenListener listener) {
        Check.that(!prompts.isEmpty(), "There must be at least one prompt.");
        MissingMode.refuse(options);
        Check.that(
                options.stopStrings().isEmpty() || tokenizer.isPresent(),
                "Stop strings need the tokenizer: use withTokenizer.");
        Check.that(
                options.beams() == 1 || listener == TokenListener.NONE,
                "Beam search can't tell its tokens before it ends: set beams(1) to listen to them.");
        checkIds(decoding.vocabulary());
        List<Job> jobs = new ArrayList<>();
        for (int number = 0; number < prompts.size(); number++) {
            jobs.add(job(prompts.get(number), number, decoding));
        }
        return options.beams() == 1
                ? new RowSearch(options, jobs, decoding, listener).run()
                : new BeamSearch(options, jobs, decoding).run();
    }

    /** The ids that options look up among the scores. */
    private void checkIds(int vocabulary) {
        List<Long> decayed = options.exponentialDecay().isPresent() ? options.eos() : List.of();
        LongStream forced = options.forcedBos().stream();
        Stream<List<Long>> lists =
                Stream.of(options.badWords(), options.sequenceBias().keySet()).flatMap(Collection::stream);
        Stream.concat(
                        lists,
                        Stream.of(options.forcedEos(), decayed, forced.boxed().toList()))
                .flatMap(List::stream)
                .forEach(id -> Check.that(
                        id < vocabulary, "The options name the id %d, but the model knows %d ids.", id, vocabulary));
    }

    private Job job(Prompt prompt, int number, Decoding decoding) {
        boolean asksSource = options.encoderRepetitionPenalty() != 1 || options.encoderNoRepeatNgram() > 0;
        LongStream source = asksSource ? LongStream.of(prompt.source()) : LongStream.empty();
        int vocabulary = decoding.vocabulary();
        LongStream.concat(LongStream.of(prompt.ids()), source)
                .forEach(id -> Check.that(
                        id >= 0 && id < vocabulary,
                        "Prompt %d has the id %d, but the model knows %d ids.",
                        number,
                        id,
                        vocabulary));
        int limit = limit(prompt, number, decoding.maxTokens());
        StopStrings stops = new StopStrings(options.stopStrings(), this::text);
        return new Job(prompt, limit, ProcessorChain.of(options, prompt, limit), options, stops);
    }

    private String text(long[] ids) {
        return tokenizer.orElseThrow().decode(ids, DecodeOptions.defaults().withCleanUpSpaces(false));
    }

    /** Length of the longest sequence: what the options say, but no longer than the model's positions reach. */
    private int limit(Prompt prompt, int number, int maxTokens) {
        int length = prompt.ids().length;
        int real = length - prompt.padding();
        Check.that(
                real <= maxTokens,
                "Prompt %d has %d tokens, but the model's positions end at %d. Shorten it.",
                number,
                real,
                maxTokens);
        boolean unset = options.maxLength().isEmpty() && options.maxNewTokens().isEmpty();
        long more = options.maxNewTokens().orElse(DEFAULT_TOKENS);
        long asked = options.maxLength().isPresent() ? options.maxLength().getAsInt() : length + more;
        long reach = maxTokens + (unset ? 0 : prompt.padding() + 1L); // the model needn't see the last token
        long limit = Math.min(Math.min(asked, reach), Integer.MAX_VALUE);
        Check.that(
                limit > length,
                "Prompt %d has %d tokens, so there is no room for another: a sequence may have %d. %s",
                number,
                length,
                limit,
                asked <= length ? "Set maxNewTokens, or a larger maxLength." : "Shorten it.");
        return (int) limit;
    }
}
