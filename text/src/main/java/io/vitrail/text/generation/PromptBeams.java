package io.vitrail.text.generation;

import io.vitrail.text.generation.GeneratedSequence.End;
import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Beam search behind one prompt (Graves 2012, section 2.5; Sutskever et al. 2014, section 3.2), with the reference's rules of when
 * it ends. Scores are single-precision sums, as there.
 */
final class PromptBeams {
    /** The score of what isn't there: one that any sequence exceeds. */
    private static final float NOTHING = -1e9f;

    /** A sequence that grows; its parent is the number of the beam that it was. */
    private record Beam(History history, float score, float[] logProbabilities, int parent) {}

    /** What one token more makes of a beam. */
    private record Candidate(Beam beam, Optional<End> end) {}

    /** A sequence that is over, if there is an end, with its score by length. */
    private record Finished(Beam beam, float score, Optional<End> end) {}

    private final Job job;
    private final GenerationOptions options;
    private final RandomStream random;
    private final int count;
    private List<Beam> running;
    private List<Finished> finished;
    private boolean mayImprove = true;
    private boolean done;

    PromptBeams(Job job, GenerationOptions options, RandomStream random) {
        this.job = job;
        this.options = options;
        this.random = random;
        count = options.beams();
        Beam prompt = new Beam(job.history(), 0, new float[0], 0);
        running = new ArrayList<>(Collections.nCopies(count, new Beam(prompt.history(), NOTHING, new float[0], 0)));
        running.set(0, prompt); // otherwise all beams would be the same
        finished = Collections.nCopies(count, new Finished(prompt, NOTHING, Optional.empty()));
    }

    boolean done() {
        return done;
    }

    /** By beam, the number of the one that it goes on from. */
    int[] parents() {
        return running.stream().mapToInt(Beam::parent).toArray();
    }

    /** By beam, the token that the model hasn't seen yet. */
    Stream<long[]> lastTokens() {
        return running.stream().map(beam -> new long[] {beam.history().lastId()});
    }

    /**
     * Takes one token more.
     *
     * @param scores of what may follow each beam; they are changed. One array for all where all are the prompt
     */
    void advance(float[][] scores) {
        for (int beam = 0; beam < count; beam++) {
            if (beam == 0 || scores[beam] != scores[0]) {
                LogSoftmax.apply(scores[beam]);
                job.process(running.get(beam).history(), scores[beam]);
            }
        }
        List<Candidate> candidates = candidates(scores);
        running = best(candidates);
        finished = merged(candidates);
        mayImprove &= bestPossible() > worstFinished();
        boolean enough = options.earlyStopping() == EarlyStopping.TRUE && allFinished();
        boolean allEnded =
                candidates.stream().allMatch(candidate -> candidate.end().isPresent());
        done = !mayImprove || enough || allEnded;
    }

    /** So many that enough go on even if all others are at an end. */
    private List<Candidate> candidates(float[][] scores) {
        int vocabulary = scores[0].length;
        int wanted = Math.max(2, 1 + options.eos().size()) * count;
        Largest largest = new Largest(Math.min(wanted, Math.multiplyExact(count, vocabulary)));
        for (int beam = 0; beam < count; beam++) {
            float before = running.get(beam).score();
            for (int id = 0; id < vocabulary; id++) {
                float score = scores[beam][id] + before;
                largest.offer(options.sample() ? drawn(score) : score, beam * vocabulary + id);
            }
        }
        List<Candidate> candidates = new ArrayList<>();
        for (int place : largest.takeIds()) {
            int beam = place / vocabulary;
            candidates.add(candidate(beam, place % vocabulary, scores[beam][place % vocabulary]));
        }
        return candidates;
    }

    /** With Gumbel noise: the largest are draws without replacement (Kool et al. 2019, section 2.3). */
    private float drawn(float score) {
        return score == ScoreProcessor.REMOVED ? score : (float) (score - Math.log(-Math.log(random.next())));
    }

    private Candidate candidate(int parent, int id, float logProbability) {
        Beam beam = running.get(parent);
        History history = beam.history().plus(id);
        int length = beam.logProbabilities().length;
        float[] longer = Arrays.copyOf(beam.logProbabilities(), length + 1);
        longer[length] = logProbability;
        return new Candidate(new Beam(history, logProbability + beam.score(), longer, parent), job.end(history));
    }

    /** Those that go on. */
    private List<Beam> best(List<Candidate> candidates) {
        float[] scores = new float[candidates.size()];
        for (int i = 0; i < scores.length; i++) {
            Candidate candidate = candidates.get(i);
            scores[i] = candidate.beam().score() + (candidate.end().isPresent() ? NOTHING : 0);
        }
        List<Beam> best = new ArrayList<>();
        for (int i : Largest.of(scores, count).takeIds()) {
            Beam beam = candidates.get(i).beam();
            best.add(new Beam(beam.history(), scores[i], beam.logProbabilities(), beam.parent()));
        }
        return best;
    }

    /** The best of all that are over; of the candidates only the first may be among them. */
    private List<Finished> merged(List<Candidate> candidates) {
        List<Finished> all = new ArrayList<>(finished);
        for (int i = 0; i < candidates.size(); i++) {
            Candidate candidate = candidates.get(i);
            Optional<End> end = i < count ? candidate.end() : Optional.empty();
            float score = byLength(candidate.beam().score(), added(candidate.beam()));
            all.add(new Finished(candidate.beam(), score + (end.isEmpty() ? NOTHING : 0), end));
        }
        float[] scores = new float[all.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = all.get(i).score();
        }
        return Arrays.stream(Largest.of(scores, count).takeIds())
                .mapToObj(all::get)
                .toList();
    }

    private float byLength(float score, int length) {
        return score / (float) Math.pow(length, options.lengthPenalty());
    }

    private static int added(Beam beam) {
        return beam.history().length() - beam.history().promptLength();
    }

    /** What the best that goes on would score if it ended here, or at the length that suits it best. */
    private float bestPossible() {
        Beam best = running.get(0);
        boolean atTheEnd = options.earlyStopping() == EarlyStopping.NEVER && options.lengthPenalty() > 0;
        return byLength(best.score(), atTheEnd ? job.limit() - best.history().promptLength() : added(best));
    }

    private float worstFinished() {
        return allFinished() ? finished.get(count - 1).score() : NOTHING;
    }

    private boolean allFinished() {
        return finished.stream().allMatch(sequence -> sequence.end().isPresent());
    }

    /** The best sequences, best first. */
    List<GeneratedSequence> results() {
        List<GeneratedSequence> results = finished.stream()
                .filter(sequence -> sequence.end().isPresent())
                .limit(options.returnedSequences())
                .map(PromptBeams::result)
                .toList();
        Check.that(
                results.size() == options.returnedSequences(),
                "The options leave no tokens for %d sequences: only %d came to an end.",
                options.returnedSequences(),
                results.size());
        return results;
    }

    private static GeneratedSequence result(Finished sequence) {
        float[] floats = sequence.beam().logProbabilities();
        double[] logProbabilities = new double[floats.length];
        Arrays.setAll(logProbabilities, i -> floats[i]);
        return new GeneratedSequence(
                sequence.beam().history().added(),
                sequence.score(),
                logProbabilities,
                sequence.end().orElseThrow());
    }
}
