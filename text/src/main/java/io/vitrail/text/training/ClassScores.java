package io.vitrail.text.training;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.training.Confusion;
import io.vitrail.transformer.training.Evaluation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** How often a classifier of texts is right. Of several classes, each holds whose score is above 0: a probability of ½. */
final class ClassScores {
    private final List<String> labels;
    private final LabelledTexts.Kind kind;
    private final List<boolean[]> truths = new ArrayList<>();
    private final List<boolean[]> answers = new ArrayList<>();

    ClassScores(List<String> labels, LabelledTexts.Kind kind) {
        this.labels = labels;
        this.kind = kind;
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
            boolean[] holds = new boolean[count];
            boolean[] answered = new boolean[count];
            int best = text * count;
            for (int i = 0; i < count; i++) {
                int place = text * count + i;
                answered[i] = kind == LabelledTexts.Kind.MULTI_LABEL && scores[place] > 0;
                holds[i] = kind == LabelledTexts.Kind.MULTI_LABEL
                        ? truth[place].intValue() == 1
                        : truth[text].intValue() == i;
                best = scores[place] > scores[best] ? place : best;
            }
            if (kind == LabelledTexts.Kind.SINGLE_LABEL) {
                answered[best - text * count] = true;
            }
            truths.add(holds);
            answers.add(answered);
        }
    }

    /** The part of the texts with all classes right. */
    double accuracy() {
        long right = IntStream.range(0, truths.size())
                .filter(text -> Arrays.equals(truths.get(text), answers.get(text)))
                .count();
        return (double) right / truths.size();
    }

    /** The mean of F1 over the classes that are true or answered somewhere; F1 = 2 hits / (true + answered). */
    double macroF1() {
        return IntStream.range(0, labels.size())
                .filter(label -> count(truths, label) + count(answers, label) > 0)
                .mapToDouble(label -> 2.0 * hits(label) / (count(truths, label) + count(answers, label)))
                .average()
                .orElse(0);
    }

    private int hits(int label) {
        return (int) IntStream.range(0, truths.size())
                .filter(text -> truths.get(text)[label] && answers.get(text)[label])
                .count();
    }

    private static int count(List<boolean[]> texts, int label) {
        return (int) texts.stream().filter(holds -> holds[label]).count();
    }

    /** Texts with one class by accuracy first, others by F1; the loss comes last. */
    Evaluation evaluation(double loss) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        Optional<Confusion> confusion = Optional.empty();
        if (kind == LabelledTexts.Kind.SINGLE_LABEL) {
            metrics.put("accuracy", accuracy());
            confusion = Optional.of(Confusion.of(labels, numbers(truths), numbers(answers)));
        }
        metrics.put("macroF1", macroF1());
        metrics.putIfAbsent("accuracy", accuracy());
        metrics.put("loss", loss);
        return new Evaluation(metrics, Evaluation.Goal.MORE, confusion);
    }

    private static int[] numbers(List<boolean[]> texts) {
        return texts.stream()
                .mapToInt(holds -> IntStream.range(0, holds.length)
                        .filter(label -> holds[label])
                        .findFirst()
                        .orElseThrow())
                .toArray();
    }
}
