package io.vitrail.text.training;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.training.Confusion;
import io.vitrail.transformer.training.Evaluation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** How often a classifier of texts is right. Of several classes, each holds whose score is above 0: a probability of ½. */
final class ClassScores {
    /** A square of more classes is too large to keep for every evaluation, and to read. */
    static final int MOST_CONFUSED = 1000;

    private final List<String> labels;
    private final LabelledTexts.Kind kind;
    private final long[] held;
    private final long[] answered;
    private final long[] hits;
    private final List<Integer> truths = new ArrayList<>();
    private final List<Integer> answers = new ArrayList<>();
    private long texts;
    private long right;

    ClassScores(List<String> labels, LabelledTexts.Kind kind) {
        this.labels = labels;
        this.kind = kind;
        held = new long[labels.size()];
        answered = new long[labels.size()];
        hits = new long[labels.size()];
    }

    /**
     * @param logits [batch, classes]
     * @param classes numbers [batch], or 1 for each that holds [batch, classes]
     */
    void add(NDArray logits, NDArray classes) {
        float[] scores = logits.toFloatArray();
        Number[] truth = classes.toArray();
        int count = labels.size();
        for (int text = 0; text < scores.length / count; text++) {
            switch (kind) {
                case SINGLE_LABEL -> addSingle(truth[text].intValue(), best(scores, text * count));
                case MULTI_LABEL -> addSeveral(truth, scores, text * count);
            }
            texts++;
        }
    }

    private int best(float[] scores, int first) {
        int best = 0;
        for (int label = 1; label < labels.size(); label++) {
            best = scores[first + label] > scores[first + best] ? label : best;
        }
        return best;
    }

    private void addSingle(int truth, int answer) {
        held[truth]++;
        answered[answer]++;
        if (truth == answer) {
            hits[truth]++;
            right++;
        }
        truths.add(truth);
        answers.add(answer);
    }

    private void addSeveral(Number[] truth, float[] scores, int first) {
        boolean all = true;
        for (int label = 0; label < labels.size(); label++) {
            boolean holds = truth[first + label].intValue() == 1;
            boolean answer = scores[first + label] > 0;
            held[label] += holds ? 1 : 0;
            answered[label] += answer ? 1 : 0;
            hits[label] += holds && answer ? 1 : 0;
            all &= holds == answer;
        }
        right += all ? 1 : 0;
    }

    /** The part of the texts with all classes right. */
    double accuracy() {
        return (double) right / texts;
    }

    /** The mean of F1 over the classes that are true or answered somewhere; F1 = 2 hits / (true + answered). */
    double macroF1() {
        return IntStream.range(0, labels.size())
                .filter(label -> held[label] + answered[label] > 0)
                .mapToDouble(label -> 2.0 * hits[label] / (held[label] + answered[label]))
                .average()
                .orElse(0);
    }

    /** Texts with one class by accuracy first, others by F1; the loss comes last. */
    Evaluation evaluation(double loss) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        Optional<Confusion> confusion = Optional.empty();
        if (kind == LabelledTexts.Kind.SINGLE_LABEL) {
            metrics.put("accuracy", accuracy());
            confusion = confusion();
        }
        metrics.put("macroF1", macroF1());
        metrics.putIfAbsent("accuracy", accuracy());
        metrics.put("loss", loss);
        return new Evaluation(metrics, Evaluation.Goal.MORE, confusion);
    }

    private Optional<Confusion> confusion() {
        return labels.size() > MOST_CONFUSED
                ? Optional.empty()
                : Optional.of(Confusion.of(labels, array(truths), array(answers)));
    }

    private static int[] array(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }
}
