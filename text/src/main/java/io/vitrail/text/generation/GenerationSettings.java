package io.vitrail.text.generation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The values of {@link GenerationOptions} while they are being collected, and the reference's defaults. */
abstract class GenerationSettings {
    OptionalInt maxLength = OptionalInt.empty();
    OptionalInt maxNewTokens = OptionalInt.empty();
    int minLength;
    int minNewTokens;
    boolean sample;
    double temperature = 1;
    int topK = 50;
    double topP = 1;
    double minP;
    double typicalP = 1;
    double epsilonCutoff;
    double etaCutoff;
    OptionalLong seed = OptionalLong.empty();
    int beams = 1;
    double lengthPenalty = 1;
    EarlyStopping earlyStopping = EarlyStopping.FALSE;
    int returnedSequences = 1;
    double repetitionPenalty = 1;
    double encoderRepetitionPenalty = 1;
    int noRepeatNgram;
    int encoderNoRepeatNgram;
    List<List<Long>> badWords = List.of();
    List<Long> suppressTokens = List.of();
    List<Long> beginSuppressTokens = List.of();
    Map<List<Long>, Double> sequenceBias = Map.of();
    OptionalLong forcedBos = OptionalLong.empty();
    List<Long> forcedEos = List.of();
    List<Long> eos = List.of();
    OptionalLong pad = OptionalLong.empty();
    OptionalLong bos = OptionalLong.empty();
    OptionalLong decoderStart = OptionalLong.empty();
    List<String> stopStrings = List.of();
    boolean renormalize;
    boolean removeInvalidValues;
    Optional<ExponentialDecay> exponentialDecay = Optional.empty();
    boolean logProbabilities;
    Map<String, String> unsupported = Map.of();

    GenerationSettings() {}

    GenerationSettings(GenerationOptions from) {
        maxLength = from.maxLength();
        maxNewTokens = from.maxNewTokens();
        minLength = from.minLength();
        minNewTokens = from.minNewTokens();
        sample = from.sample();
        temperature = from.temperature();
        topK = from.topK();
        topP = from.topP();
        minP = from.minP();
        typicalP = from.typicalP();
        epsilonCutoff = from.epsilonCutoff();
        etaCutoff = from.etaCutoff();
        seed = from.seed();
        beams = from.beams();
        lengthPenalty = from.lengthPenalty();
        earlyStopping = from.earlyStopping();
        returnedSequences = from.returnedSequences();
        repetitionPenalty = from.repetitionPenalty();
        encoderRepetitionPenalty = from.encoderRepetitionPenalty();
        noRepeatNgram = from.noRepeatNgram();
        encoderNoRepeatNgram = from.encoderNoRepeatNgram();
        badWords = from.badWords();
        suppressTokens = from.suppressTokens();
        beginSuppressTokens = from.beginSuppressTokens();
        sequenceBias = from.sequenceBias();
        forcedBos = from.forcedBos();
        forcedEos = from.forcedEos();
        eos = from.eos();
        pad = from.pad();
        bos = from.bos();
        decoderStart = from.decoderStart();
        stopStrings = from.stopStrings();
        renormalize = from.renormalize();
        removeInvalidValues = from.removeInvalidValues();
        exponentialDecay = from.exponentialDecay();
        logProbabilities = from.logProbabilities();
        unsupported = from.unsupported();
    }

    /** @throws IllegalArgumentException if they contradict each other */
    final GenerationOptions options() {
        return new GenerationOptions(
                maxLength,
                maxNewTokens,
                minLength,
                minNewTokens,
                sample,
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                epsilonCutoff,
                etaCutoff,
                seed,
                beams,
                lengthPenalty,
                earlyStopping,
                returnedSequences,
                repetitionPenalty,
                encoderRepetitionPenalty,
                noRepeatNgram,
                encoderNoRepeatNgram,
                badWords,
                suppressTokens,
                beginSuppressTokens,
                sequenceBias,
                forcedBos,
                forcedEos,
                eos,
                pad,
                bos,
                decoderStart,
                stopStrings,
                renormalize,
                removeInvalidValues,
                exponentialDecay,
                logProbabilities,
                unsupported);
    }
}
