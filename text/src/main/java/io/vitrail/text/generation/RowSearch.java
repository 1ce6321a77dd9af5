package io.vitrail.text.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Greedy search, and sampling: every row takes its next token by itself, and leaves the batch when it ends. The rows of a prompt
 * go through the model as one at first.
 */
final class RowSearch {
    private final Decoding decoding;
    private final List<Job> jobs;
    private final int each; // rows of a prompt
    private final List<Row> rows = new ArrayList<>();

    RowSearch(GenerationOptions options, List<Job> jobs, Decoding decoding, TokenListener listener) {
        this.decoding = decoding;
        this.jobs = jobs;
        each = options.returnedSequences();
        long seed = options.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
        for (int number = 0; number < jobs.size() * each; number++) {
            Job job = jobs.get(number / each);
            long stream = job.prompt().number().orElse(number / each) * each + number % each;
            rows.add(new Row(number, job, options, new RandomStream(seed, stream), listener));
        }
    }

    List<List<GeneratedSequence>> run() {
        float[][] scores =
                decoding.next(jobs.stream().map(job -> job.prompt().real()).toArray(long[][]::new));
        List<Row> going = new ArrayList<>();
        List<Integer> parents = new ArrayList<>();
        for (Row row : rows) {
            int prompt = row.number() / each;
            float[] own = each == 1 ? scores[prompt] : scores[prompt].clone();
            if (row.goesOn(own)) {
                going.add(row);
                parents.add(prompt);
            }
        }
        while (!going.isEmpty()) {
            decoding.select(parents.stream().mapToInt(Integer::intValue).toArray());
            scores = decoding.next(going.stream().map(Row::last).toArray(long[][]::new));
            parents.clear();
            for (int i = 0; i < going.size(); i++) {
                if (going.get(i).goesOn(scores[i])) {
                    parents.add(i);
                }
            }
            going = parents.stream().map(going::get).toList();
        }
        return IntStream.range(0, jobs.size()).mapToObj(this::results).toList();
    }

    private List<GeneratedSequence> results(int job) {
        return rows.subList(job * each, (job + 1) * each).stream()
                .map(Row::result)
                .toList();
    }
}
