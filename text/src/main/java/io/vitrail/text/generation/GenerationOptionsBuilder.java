package io.vitrail.text.generation;

import io.vitrail.transformer.Check;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Collects {@link GenerationOptions}; what isn't set stays as it was. Not thread-safe. */
public final class GenerationOptionsBuilder extends GenerationSettings {
    private final Set<String> ofDraws = new LinkedHashSet<>(); // set here, without effect unless tokens are drawn
    private final Set<String> ofBeams = new LinkedHashSet<>(); // likewise for beam search

    /** Begins with the reference's defaults. */
    GenerationOptionsBuilder() {}

    GenerationOptionsBuilder(GenerationOptions from) {
        super(from);
    }

    /** Instead of a limit for new tokens. */
    public GenerationOptionsBuilder maxLength(int tokens) {
        maxLength = OptionalInt.of(tokens);
        maxNewTokens = OptionalInt.empty();
        return this;
    }

    /** Instead of a limit for prompt and answer together. */
    public GenerationOptionsBuilder maxNewTokens(int tokens) {
        maxNewTokens = OptionalInt.of(tokens);
        maxLength = OptionalInt.empty();
        return this;
    }

    public GenerationOptionsBuilder minLength(int tokens) {
        minLength = tokens;
        minNewTokens = 0;
        return this;
    }

    public GenerationOptionsBuilder minNewTokens(int tokens) {
        minNewTokens = tokens;
        minLength = 0;
        return this;
    }

    public GenerationOptionsBuilder sample(boolean wanted) {
        sample = wanted;
        return this;
    }

    public GenerationOptionsBuilder temperature(double value) {
        temperature = value;
        mark(ofDraws, "temperature", value != 1);
        return this;
    }

    /** @param most 0 for all */
    public GenerationOptionsBuilder topK(int most) {
        topK = most;
        mark(ofDraws, "topK", most != 50 && most != 0);
        return this;
    }

    public GenerationOptionsBuilder topP(double value) {
        topP = value;
        mark(ofDraws, "topP", value != 1);
        return this;
    }

    public GenerationOptionsBuilder minP(double value) {
        minP = value;
        mark(ofDraws, "minP", value != 0);
        return this;
    }

    public GenerationOptionsBuilder typicalP(double value) {
        typicalP = value;
        mark(ofDraws, "typicalP", value != 1);
        return this;
    }

    public GenerationOptionsBuilder epsilonCutoff(double value) {
        epsilonCutoff = value;
        mark(ofDraws, "epsilonCutoff", value != 0);
        return this;
    }

    public GenerationOptionsBuilder etaCutoff(double value) {
        etaCutoff = value;
        mark(ofDraws, "etaCutoff", value != 0);
        return this;
    }

    public GenerationOptionsBuilder seed(long number) {
        seed = OptionalLong.of(number);
        return this;
    }

    public GenerationOptionsBuilder beams(int count) {
        beams = count;
        return this;
    }

    public GenerationOptionsBuilder lengthPenalty(double value) {
        lengthPenalty = value;
        mark(ofBeams, "lengthPenalty", value != 1);
        return this;
    }

    public GenerationOptionsBuilder earlyStopping(EarlyStopping when) {
        earlyStopping = when;
        mark(ofBeams, "earlyStopping", when != EarlyStopping.FALSE);
        return this;
    }

    public GenerationOptionsBuilder returnedSequences(int count) {
        returnedSequences = count;
        return this;
    }

    public GenerationOptionsBuilder repetitionPenalty(double value) {
        repetitionPenalty = value;
        return this;
    }

    public GenerationOptionsBuilder encoderRepetitionPenalty(double value) {
        encoderRepetitionPenalty = value;
        return this;
    }

    public GenerationOptionsBuilder noRepeatNgram(int n) {
        noRepeatNgram = n;
        return this;
    }

    public GenerationOptionsBuilder encoderNoRepeatNgram(int n) {
        encoderNoRepeatNgram = n;
        return this;
    }

    public GenerationOptionsBuilder badWords(List<List<Long>> sequences) {
        badWords = sequences;
        return this;
    }

    public GenerationOptionsBuilder suppressTokens(List<Long> ids) {
        suppressTokens = ids;
        return this;
    }

    public GenerationOptionsBuilder beginSuppressTokens(List<Long> ids) {
        beginSuppressTokens = ids;
        return this;
    }

    public GenerationOptionsBuilder sequenceBias(Map<List<Long>, Double> biases) {
        sequenceBias = biases;
        return this;
    }

    public GenerationOptionsBuilder forcedBos(long id) {
        forcedBos = OptionalLong.of(id);
        return this;
    }

    public GenerationOptionsBuilder forcedEos(List<Long> ids) {
        forcedEos = ids;
        return this;
    }

    public GenerationOptionsBuilder eos(List<Long> ids) {
        eos = ids;
        return this;
    }

    public GenerationOptionsBuilder pad(long id) {
        pad = OptionalLong.of(id);
        return this;
    }

    public GenerationOptionsBuilder bos(long id) {
        bos = OptionalLong.of(id);
        return this;
    }

    public GenerationOptionsBuilder decoderStart(long id) {
        decoderStart = OptionalLong.of(id);
        return this;
    }

    public GenerationOptionsBuilder stopStrings(List<String> texts) {
        stopStrings = texts;
        return this;
    }

    public GenerationOptionsBuilder renormalize(boolean wanted) {
        renormalize = wanted;
        return this;
    }

    public GenerationOptionsBuilder removeInvalidValues(boolean wanted) {
        removeInvalidValues = wanted;
        return this;
    }

    public GenerationOptionsBuilder exponentialDecay(int start, double factor) {
        exponentialDecay = Optional.of(new ExponentialDecay(start, factor));
        return this;
    }

    public GenerationOptionsBuilder logProbabilities(boolean wanted) {
        logProbabilities = wanted;
        return this;
    }

    /** Of a checkpoint's wishes, by Hugging Face's keys, those that stay an error; none to write without them. */
    public GenerationOptionsBuilder unsupported(Map<String, String> values) {
        unsupported = values;
        return this;
    }

    private static void mark(Set<String> settings, String name, boolean hasEffect) {
        if (hasEffect) {
            settings.add(name);
        } else {
            settings.remove(name);
        }
    }

    /**
     * Ends the collection.
     *
     * @throws IllegalArgumentException if settings contradict each other, or one that was set here would have no effect
     */
    public GenerationOptions build() {
        Check.that(
                sample || ofDraws.isEmpty(),
                "%s would have no effect, since tokens aren't drawn at random: set sample(true), or leave it out.",
                String.join(", ", ofDraws));
        Check.that(
                beams > 1 || ofBeams.isEmpty(),
                "%s would have no effect without beam search: set beams(2) or more, or leave it out.",
                String.join(", ", ofBeams));
        return options();
    }
}
