package io.vitrail.fusion.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.Loss;
import io.vitrail.fusion.PictureWriter;
import io.vitrail.fusion.metrics.CaptionMetrics;
import io.vitrail.fusion.metrics.CaptionTokenizer;
import io.vitrail.fusion.training.CaptionLesson.Measure;
import io.vitrail.fusion.training.CaptionLesson.Sentence;
import io.vitrail.text.tokenizer.DecodeOptions;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.training.Evaluation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How good a captioner is on held-out pictures, with the weights that it has: the loss of people's captions, and
 * CIDEr-D of its own, for which it takes the likeliest token each time.
 *
 * @param sentences people's captions of the pictures
 */
record CaptionScore(TunedModel<PictureWriter> tuned, ProcessedPictures held, List<Sentence> sentences, int batch) {
    int pictures() {
        return held.size();
    }

    /** A single picture by the loss: no word of its captions is rarer than another, so that CIDEr-D is always 0. */
    Evaluation of(Measure measure, Loss loss) {
        double mean = loss(loss);
        return switch (pictures() > 1 ? measure : Measure.LOSS) {
            case LOSS -> new Evaluation(Map.of("loss", mean), Evaluation.Goal.LESS, Optional.empty());
            case CIDER_D -> {
                Map<String, Double> metrics = new LinkedHashMap<>();
                metrics.put("ciderD", ciderD());
                metrics.put("loss", mean);
                yield new Evaluation(metrics);
            }
        };
    }

    /** Mean of all words and ends. */
    private double loss(Loss loss) {
        double sum = 0;
        double words = 0;
        for (int first = 0; first < sentences.size(); first += batch) {
            List<Sentence> some = sentences.subList(first, Math.min(first + batch, sentences.size()));
            CaptionLesson.Words prepared = new CaptionLesson.Words(held, some);
            try (NDManager scope = tuned.manager().newSubManager()) {
                NDList labels = prepared.labels(scope);
                double counted = CaptionLesson.counted(labels.get(0));
                NDList logits = forward(prepared.data(scope), scope);
                sum += counted * loss.evaluate(labels, logits).getFloat();
                words += counted;
            }
        }
        return sum / words;
    }

    private NDList forward(NDList data, NDManager scope) {
        return tuned.trained().block().forward(new ParameterStore(scope, false), data, false);
    }

    private double ciderD() {
        Map<String, List<List<String>>> references = new LinkedHashMap<>();
        Map<String, List<String>> candidates = new LinkedHashMap<>();
        List<String> captions = captions();
        for (int i = 0; i < held.size(); i++) {
            String name = Integer.toString(i);
            references.put(
                    name,
                    held.captions(i).stream().map(CaptionTokenizer::tokens).toList());
            candidates.put(name, CaptionTokenizer.tokens(captions.get(i)));
        }
        return CaptionMetrics.score(references, candidates).whole().ciderD();
    }

    /** What the model says of each picture: no longer than people's captions are. */
    List<String> captions() {
        List<String> captions = new ArrayList<>();
        for (int first = 0; first < held.size(); first += batch) {
            int[] numbers =
                    IntStream.range(first, Math.min(first + batch, held.size())).toArray();
            for (long[] ids : write(numbers)) {
                captions.add(tuned.tokenizer().decode(ids, DecodeOptions.textOnly()));
            }
        }
        return captions;
    }

    private List<long[]> write(int[] numbers) {
        int longest =
                sentences.stream().mapToInt(each -> each.ids().length).max().orElseThrow();
        List<List<Long>> written = new ArrayList<>();
        try (NDManager scope = tuned.manager().newSubManager()) {
            NDArray seen = forward(new NDList(held.array(held.batch(numbers), scope)), scope)
                    .get(0);
            long begin = sentences.get(0).ids()[0];
            long[] last = new long[numbers.length];
            Arrays.fill(last, begin);
            Arrays.stream(numbers).forEach(number -> written.add(new ArrayList<>()));
            NDArray ids = scope.create(last).expandDims(1); // [batch, tokens]
            boolean[] ended = new boolean[numbers.length];
            for (int step = 1; step < longest && !all(ended); step++) {
                last = likeliest(seen, ids);
                add(last, written, ended);
                ids = ids.concat(scope.create(last).expandDims(1), 1);
            }
        }
        return written.stream()
                .map(row -> row.stream().mapToLong(Long::longValue).toArray())
                .toList();
    }

    private void add(long[] next, List<List<Long>> written, boolean[] ended) {
        for (int row = 0; row < next.length; row++) {
            ended[row] |= tuned.writing().eos().contains(next[row]);
            if (!ended[row]) {
                written.get(row).add(next[row]);
            }
        }
    }

    private static boolean all(boolean[] flags) {
        return IntStream.range(0, flags.length).allMatch(i -> flags[i]);
    }

    /** By row, the token that follows; none of those that the checkpoint suppresses. */
    private long[] likeliest(NDArray seen, NDArray ids) {
        try (NDManager step = ids.getManager().newSubManager()) {
            NDList data = new NDList(Scope.lend(seen, step), Scope.lend(ids, step));
            NDArray logits = forward(data, step).get(0).get(":, -1"); // [batch, vocabulary]
            float[] scores = logits.toFloatArray();
            int vocabulary = Math.toIntExact(logits.getShape().get(1));
            List<Long> suppressed = tuned.writing().suppressTokens();
            long[] best = new long[scores.length / vocabulary];
            for (int row = 0; row < best.length; row++) {
                best[row] = likeliest(scores, row * vocabulary, vocabulary, suppressed);
            }
            return best;
        }
    }

    private static long likeliest(float[] scores, int start, int vocabulary, List<Long> suppressed) {
        int best = -1;
        for (int id = 0; id < vocabulary; id++) {
            boolean better = best < 0 || scores[start + id] > scores[start + best];
            best = better && !suppressed.contains((long) id) ? id : best;
        }
        return best;
    }
}
