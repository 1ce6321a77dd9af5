package io.vitrail.text.generation;

import io.vitrail.text.generation.GeneratedSequence.End;
import java.util.Arrays;
import java.util.Optional;

/** A sequence that grows token by token, whatever becomes of the others. */
final class Row {
    private final int number;
    private final Job job;
    private final GenerationOptions options;
    private final RandomStream random;
    private final TokenListener listener;
    private final History history;
    private double[] logProbabilities = {};
    private Optional<End> end = Optional.empty();

    Row(int number, Job job, GenerationOptions options, RandomStream random, TokenListener listener) {
        this.number = number;
        this.job = job;
        this.options = options;
        this.random = random;
        this.listener = listener;
        history = job.history();
    }

    int number() {
        return number;
    }

    /**
     * Takes the next token.
     *
     * @param scores of what may come; they are changed
     * @return whether another one may follow
     */
    boolean goesOn(float[] scores) {
        job.process(history, scores);
        boolean wanted = options.logProbabilities();
        Choice next = options.sample() ? Choice.drawn(scores, random) : Choice.likeliest(scores, wanted);
        history.add(next.id());
        if (wanted) {
            logProbabilities = Arrays.copyOf(logProbabilities, logProbabilities.length + 1);
            logProbabilities[logProbabilities.length - 1] = next.logProbability();
        }
        end = job.end(history);
        boolean heard = listener.hear(number, next.id(), wanted ? next.logProbability() : Double.NaN);
        if (end.isEmpty() && !heard) {
            end = Optional.of(End.LISTENER);
        }
        return end.isEmpty();
    }

    /** The token that the model hasn't seen yet. */
    long[] last() {
        return new long[] {history.lastId()};
    }

    GeneratedSequence result() {
        double score =
                options.logProbabilities() ? Arrays.stream(logProbabilities).sum() : Double.NaN;
        return new GeneratedSequence(history.added(), score, logProbabilities, end.orElseThrow());
    }
}
