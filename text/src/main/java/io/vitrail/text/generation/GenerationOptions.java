package io.vitrail.text.generation;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * How a model writes. Defaults, meanings and order of effect are those of Hugging Face's GenerationConfig, whose names stand in
 * brackets where they differ.
 *
 * @param maxLength most tokens of a sequence, prompt included; without this and the next, 20 new ones
 * @param maxNewTokens most new tokens; only one of both can be there
 * @param minLength no end token before a sequence, prompt included, has so many tokens
 * @param minNewTokens the same, of new tokens
 * @param sample whether tokens are drawn at random; otherwise the likeliest come [do_sample]
 * @param temperature of the draw: below 1 the likely gets likelier
 * @param topK only so many of the likeliest may be drawn; 0 for all
 * @param topP only the likeliest may be drawn that have this probability together
 * @param minP only those may be drawn that have this part of the likeliest one's probability
 * @param typicalP only the most typical may be drawn that have this probability together
 * @param epsilonCutoff only those at least so probable may be drawn
 * @param etaCutoff the same, adapted to the entropy
 * @param seed of the draw; another one each time without it
 * @param beams how many sequences beam search goes on with; 1 for none [num_beams]
 * @param lengthPenalty a sequence's score is divided by its length to the power of this
 * @param earlyStopping when beam search ends
 * @param returnedSequences how many sequences each prompt gets [num_return_sequences]
 * @param repetitionPenalty above 1, what occurred already gets less likely
 * @param encoderRepetitionPenalty above 1, what occurs in the text that is answered gets likelier
 * @param noRepeatNgram no so many tokens in a row occur twice; 0 for no such rule [no_repeat_ngram_size]
 * @param encoderNoRepeatNgram none occur that the text that is answered has [encoder_no_repeat_ngram_size]
 * @param badWords sequences that may not occur [bad_words_ids]
 * @param suppressTokens tokens that may not occur
 * @param beginSuppressTokens tokens that may not come first
 * @param sequenceBias what is added to the score of the last token of a sequence
 * @param forcedBos the only token that may follow a prompt of one token [forced_bos_token_id]
 * @param forcedEos the only ones that may stand at the last place [forced_eos_token_id]
 * @param eos tokens that end a sequence [eos_token_id]
 * @param pad what fills up rows [pad_token_id]
 * @param bos what texts begin with [bos_token_id]
 * @param decoderStart what answers begin with [decoder_start_token_id]
 * @param stopStrings texts that end a sequence
 * @param renormalize whether scores become log-probabilities again after all changes [renormalize_logits]
 * @param removeInvalidValues whether NaN and infinite scores become finite; otherwise they are an error
 * @param exponentialDecay makes the end likelier with the length [exponential_decay_length_penalty]
 * @param logProbabilities whether each token's log-probability is computed; beam search always has them
 * @param unsupported what a checkpoint asks for and isn't here, values by Hugging Face's keys: writing is an error
 *     while it has an effect
 */
public record GenerationOptions(
        OptionalInt maxLength,
        OptionalInt maxNewTokens,
        int minLength,
        int minNewTokens,
        boolean sample,
        double temperature,
        int topK,
        double topP,
        double minP,
        double typicalP,
        double epsilonCutoff,
        double etaCutoff,
        OptionalLong seed,
        int beams,
        double lengthPenalty,
        EarlyStopping earlyStopping,
        int returnedSequences,
        double repetitionPenalty,
        double encoderRepetitionPenalty,
        int noRepeatNgram,
        int encoderNoRepeatNgram,
        List<List<Long>> badWords,
        List<Long> suppressTokens,
        List<Long> beginSuppressTokens,
        Map<List<Long>, Double> sequenceBias,
        OptionalLong forcedBos,
        List<Long> forcedEos,
        List<Long> eos,
        OptionalLong pad,
        OptionalLong bos,
        OptionalLong decoderStart,
        List<String> stopStrings,
        boolean renormalize,
        boolean removeInvalidValues,
        Optional<ExponentialDecay> exponentialDecay,
        boolean logProbabilities,
        Map<String, String> unsupported) {
    private static final int MOST_SEQUENCES = 1024;

    public GenerationOptions {
        checkLengths(maxLength, minLength, "Length");
        checkLengths(maxNewTokens, minNewTokens, "NewTokens");
        Check.that(maxLength.isEmpty() || maxNewTokens.isEmpty(), "Either maxLength or maxNewTokens is the limit.");
        if (sample) {
            Check.that(
                    temperature > 0 && Double.isFinite(temperature),
                    "temperature must be positive, not %s. For the likeliest tokens, use sample(false).",
                    temperature);
            Check.that(topK >= 0, "topK must be positive, or 0 for all, not %d.", topK);
            checkProbability("topP", topP);
            checkProbability("minP", minP);
            checkProbability("typicalP", typicalP);
            Check.that(typicalP > 0, "typicalP must be above 0.");
            checkProbability("epsilonCutoff", epsilonCutoff);
            checkProbability("etaCutoff", etaCutoff);
        }
        checkCount("beams", beams);
        checkCount("returnedSequences", returnedSequences);
        Check.that(
                sample && beams == 1 || returnedSequences <= beams,
                "There are %d beams, so there can't be %d returned sequences. Set more beams, or sample(true) with"
                        + " one.",
                beams,
                returnedSequences);
        Check.that(Double.isFinite(lengthPenalty), "lengthPenalty must be finite, not %s.", lengthPenalty);
        checkPenalty("repetitionPenalty", repetitionPenalty);
        checkPenalty("encoderRepetitionPenalty", encoderRepetitionPenalty);
        Check.that(
                noRepeatNgram >= 0 && encoderNoRepeatNgram >= 0,
                "The n of n-grams that may not be repeated must be positive, or 0 for none, not %d.",
                Math.min(noRepeatNgram, encoderNoRepeatNgram));
        Check.that(
                Stream.concat(badWords.stream(), sequenceBias.keySet().stream()).noneMatch(List::isEmpty),
                "Sequences of badWords and sequenceBias need at least one token.");
        Check.that(
                sequenceBias.values().stream().noneMatch(bias -> bias.isNaN() || bias == Double.POSITIVE_INFINITY),
                "A bias must be finite, or negative infinity: %s.",
                sequenceBias);
        Check.that(stopStrings.stream().noneMatch(String::isEmpty), "A stop string needs at least one character.");
        Check.that(
                exponentialDecay.isEmpty() || !eos.isEmpty(),
                "exponentialDecay makes end tokens likelier, but there is none: set eos.");
        badWords = badWords.stream().map(List::copyOf).toList();
        suppressTokens = List.copyOf(suppressTokens);
        beginSuppressTokens = List.copyOf(beginSuppressTokens);
        sequenceBias = Map.copyOf(sequenceBias);
        forcedEos = List.copyOf(forcedEos);
        eos = List.copyOf(eos);
        stopStrings = List.copyOf(stopStrings);
        unsupported = Map.copyOf(unsupported);
        Check.that(
                MissingMode.keys().containsAll(unsupported.keySet()),
                "Keys of what is unsupported are some of %s, not %s.",
                MissingMode.keys(),
                unsupported.keySet());
        Stream<List<Long>> lists = Stream.of(suppressTokens, beginSuppressTokens, forcedEos, eos);
        Stream<OptionalLong> single = Stream.of(forcedBos, pad, bos, decoderStart);
        checkIds(Stream.concat(lists, Stream.concat(badWords.stream(), sequenceBias.keySet().stream())), single);
    }

    private static void checkLengths(OptionalInt most, int least, String what) {
        Check.that(most.orElse(1) > 0, "max%s must be positive, not %d.", what, most.orElse(1));
        Check.that(least >= 0, "min%s can't be negative (%d).", what, least);
        Check.that(
                least <= most.orElse(least),
                "min%s (%d) is larger than max%s (%d).",
                what,
                least,
                what,
                most.orElse(0));
    }

    private static void checkProbability(String name, double value) {
        Check.that(value >= 0 && value <= 1, "%s must be within 0 and 1, not %s.", name, value);
    }

    private static void checkPenalty(String name, double value) {
        Check.that(value > 0 && Double.isFinite(value), "%s must be positive, not %s.", name, value);
    }

    private static void checkCount(String name, int value) {
        Check.that(value >= 1 && value <= MOST_SEQUENCES, "%s must be 1 to %d, not %d.", name, MOST_SEQUENCES, value);
    }

    private static void checkIds(Stream<List<Long>> lists, Stream<OptionalLong> single) {
        Stream<Long> all = Stream.concat(
                lists.flatMap(List::stream), single.flatMap(id -> id.stream().boxed()));
        all.forEach(id -> Check.that(id >= 0 && id <= Integer.MAX_VALUE, "%d is no id of a token.", id));
    }

    /** The reference's, for a model that nothing is known of: the likeliest tokens, 20 of them, no end token. */
    public static GenerationOptions defaults() {
        return new GenerationOptionsBuilder().build();
    }

    /**
     * What a checkpoint asks for: in its generation_config.json, or else in its config.json.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a value isn't what its key stands for, settings
     *     contradict each other
     */
    public static GenerationOptions of(Checkpoint checkpoint) {
        return GenerationKeys.of(checkpoint);
    }

    /**
     * What a model's own description says, such as that of a decoder within another model's config.json.
     *
     * @throws IllegalArgumentException if settings contradict each other
     */
    public static GenerationOptions ofModel(ConfigJson config) {
        return GenerationKeys.ofModel(config);
    }

    /**
     * Overridden by Hugging Face's keyword arguments, by the names that those have there. Null is what it is there: no such option.
     *
     * @throws IllegalArgumentException as {@link #ofModel}, or if a keyword isn't known, or isn't supported and would
     *     have an effect
     */
    public GenerationOptions with(ConfigJson keywords) {
        return GenerationKeys.overridden(toBuilder(), keywords);
    }

    /** To change some settings. */
    public GenerationOptionsBuilder toBuilder() {
        return new GenerationOptionsBuilder(this);
    }

    /**
     * What an answer to another text begins with.
     *
     * @throws IllegalArgumentException if nothing is known
     */
    public long start() {
        Check.that(
                decoderStart.isPresent() || bos.isPresent(),
                "It isn't known what an answer begins with: set decoderStart or bos.");
        return decoderStart.isPresent() ? decoderStart.getAsLong() : bos.getAsLong();
    }
}
