package io.vitrail.text.generation;

import java.util.ArrayList;
import java.util.List;

/**
 * What the options change about the scores that follow one prompt, in the reference's order.
 *
 * @param processors each goes on from what the one before left
 */
record ProcessorChain(List<ScoreProcessor> processors) implements ScoreProcessor {
    /** @param limit length of the longest sequence, prompt included */
    static ProcessorChain of(GenerationOptions options, Prompt prompt, int limit) {
        List<ScoreProcessor> all = new ArrayList<>();
        addPenalties(options, prompt, all);
        addPlaces(options, prompt.ids().length, limit, all);
        if (options.sample()) {
            addDraws(options, all);
        }
        if (options.renormalize()) {
            all.add(new LogSoftmax());
        }
        return new ProcessorChain(List.copyOf(all));
    }

    private static void addPenalties(GenerationOptions options, Prompt prompt, List<ScoreProcessor> all) {
        if (!options.sequenceBias().isEmpty()) {
            all.add(new SequenceBias(options.sequenceBias()));
        }
        if (options.encoderRepetitionPenalty() != 1) {
            all.add(new SourcePreference(options.encoderRepetitionPenalty(), prompt.source()));
        }
        if (options.repetitionPenalty() != 1) {
            all.add(new RepetitionPenalty(options.repetitionPenalty(), 0));
        }
        if (options.noRepeatNgram() > 0) {
            all.add(new NoRepeatNgram(options.noRepeatNgram()));
        }
        if (options.encoderNoRepeatNgram() > 0) {
            all.add(new NoSourceNgram(options.encoderNoRepeatNgram(), prompt.source()));
        }
        if (!options.badWords().isEmpty()) {
            all.add(SequenceBias.forbidding(options.badWords(), options.eos()));
        }
    }

    /** What depends on how long the sequence is. */
    private static void addPlaces(GenerationOptions options, int prompt, int limit, List<ScoreProcessor> all) {
        int least = Math.max(options.minLength(), options.minNewTokens() > 0 ? prompt + options.minNewTokens() : 0);
        if (least > 0) {
            all.add(Suppression.before(least, options.eos()));
        }
        options.forcedBos().ifPresent(id -> all.add(new Forcing(1, List.of(id))));
        if (!options.forcedEos().isEmpty()) {
            all.add(new Forcing(limit - 1, options.forcedEos()));
        }
        if (options.removeInvalidValues()) {
            all.add(new FiniteScores());
        }
        options.exponentialDecay()
                .ifPresent(decay -> all.add(new LengthDecay(prompt + decay.start(), decay.factor(), options.eos())));
        if (!options.suppressTokens().isEmpty()) {
            all.add(Suppression.everywhere(options.suppressTokens()));
        }
        if (!options.beginSuppressTokens().isEmpty()) {
            boolean behindForced = prompt == 1 && options.forcedBos().isPresent();
            all.add(Suppression.behind(behindForced ? 2 : prompt, options.beginSuppressTokens()));
        }
    }

    /** Beam search keeps so many tokens that one isn't an end token. */
    private static void addDraws(GenerationOptions options, List<ScoreProcessor> all) {
        int atLeast = options.beams() == 1 ? 1 : Math.max(options.eos().size() + 1, 2);
        if (options.temperature() != 1) {
            all.add(new Temperature(options.temperature()));
        }
        if (options.topK() > 0) {
            all.add(new TopK(Math.max(options.topK(), atLeast)));
        }
        if (options.topP() < 1) {
            all.add(new TopP(options.topP(), atLeast));
        }
        if (options.minP() > 0) {
            all.add(new MinP(options.minP(), atLeast));
        }
        if (options.typicalP() < 1) {
            all.add(new Typical(options.typicalP(), atLeast));
        }
        if (options.epsilonCutoff() > 0) {
            all.add(new EpsilonCutoff(options.epsilonCutoff(), atLeast));
        }
        if (options.etaCutoff() > 0) {
            all.add(new EtaCutoff(options.etaCutoff(), atLeast));
        }
    }

    @Override
    public void process(History history, float[] scores) {
        processors.forEach(processor -> processor.process(history, scores));
    }
}
