package io.vitrail.text.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Beam search for several prompts at once; each leaves the batch when its own search ends. */
final class BeamSearch {
    private final Decoding decoding;
    private final List<Job> jobs;
    private final int beams;
    private final List<PromptBeams> searches = new ArrayList<>();

    BeamSearch(GenerationOptions options, List<Job> jobs, Decoding decoding) {
        this.decoding = decoding;
        this.jobs = jobs;
        beams = options.beams();
        long seed = options.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
        for (int prompt = 0; prompt < jobs.size(); prompt++) {
            Job job = jobs.get(prompt);
            long stream = job.prompt().number().orElse(prompt);
            searches.add(new PromptBeams(job, options, new RandomStream(seed, stream)));
        }
    }

    List<List<GeneratedSequence>> run() {
        float[][] scores =
                decoding.next(jobs.stream().map(job -> job.prompt().real()).toArray(long[][]::new));
        List<PromptBeams> going = advance(searches, scores, 1);
        while (!going.isEmpty()) {
            long[][] tokens = going.stream().flatMap(PromptBeams::lastTokens).toArray(long[][]::new);
            going = advance(going, decoding.next(tokens), beams);
        }
        return searches.stream().map(PromptBeams::results).toList();
    }

    /**
     * Lets each search take a step, and the model's rows follow.
     *
     * @param each rows of a prompt: one at first, then as many as beams
     * @return those that go on
     */
    private List<PromptBeams> advance(List<PromptBeams> now, float[][] scores, int each) {
        List<PromptBeams> going = new ArrayList<>();
        List<Integer> parents = new ArrayList<>();
        for (int i = 0; i < now.size(); i++) {
            PromptBeams search = now.get(i);
            int first = i * each;
            float[][] own = new float[beams][];
            Arrays.setAll(own, beam -> scores[first + beam % each]);
            search.advance(own);
            if (!search.done()) {
                going.add(search);
                for (int parent : search.parents()) {
                    parents.add(first + parent % each);
                }
            }
        }
        if (!going.isEmpty()) {
            decoding.select(parents.stream().mapToInt(Integer::intValue).toArray());
        }
        return going;
    }
}
