package io.vitrail.vit.training;

import io.vitrail.transformer.training.Confusion;
import io.vitrail.transformer.training.Evaluation;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Counts a classifier's answers: accuracy, the right class among five, the classes' mean F1, the loss, and the
 * confusion of up to 1,000 classes.
 */
final class ClassifierScore {
    private static final int FEW = 5;
    private static final int MOST_CONFUSED = 1000;

    private final List<String> labels;
    private final int[] truth;
    private final int[] answers;
    private int n;
    private int among;
    private double loss;

    /** @param pictures that will be added */
    ClassifierScore(List<String> labels, int pictures) {
        this.labels = labels;
        truth = new int[pictures];
        answers = new int[pictures];
    }

    /** @param logits [batch, labels] */
    void add(int[] classes, float[] logits) {
        int width = labels.size();
        for (int i = 0; i < classes.length; i++) {
            int row = i * width;
            truth[n] = classes[i];
            answers[n] = best(logits, row);
            among += Accuracy.rank(logits, row, width, classes[i]) < FEW ? 1 : 0;
            loss += loss(logits, row, classes[i]);
            n++;
        }
    }

    private int best(float[] logits, int row) {
        int best = 0;
        for (int c = 1; c < labels.size(); c++) {
            best = logits[row + c] > logits[row + best] ? c : best;
        }
        return best;
    }

    private double loss(float[] logits, int row, int label) {
        double largest = logits[row + best(logits, row)];
        double sum = 0;
        for (int c = 0; c < labels.size(); c++) {
            sum += Math.exp(logits[row + c] - largest);
        }
        return largest + Math.log(sum) - logits[row + label];
    }

    Evaluation evaluation() {
        long right = IntStream.range(0, n).filter(i -> truth[i] == answers[i]).count();
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("accuracy", right / (double) n);
        if (labels.size() > FEW) {
            metrics.put("top5", among / (double) n);
        }
        metrics.put("macro_f1", macroF1());
        metrics.put("loss", loss / n);
        return new Evaluation(metrics, Evaluation.Goal.MORE, confusion());
    }

    private Optional<Confusion> confusion() {
        return labels.size() > MOST_CONFUSED
                ? Optional.empty()
                : Optional.of(Confusion.of(labels, Arrays.copyOf(truth, n), Arrays.copyOf(answers, n)));
    }

    /** The mean over the classes that occur, in truth or as an answer, of 2 · right / (true + answered). */
    private double macroF1() {
        int[] occurrences = new int[labels.size()];
        int[] right = new int[labels.size()];
        for (int i = 0; i < n; i++) {
            occurrences[truth[i]]++;
            occurrences[answers[i]]++;
            right[truth[i]] += truth[i] == answers[i] ? 1 : 0;
        }
        return IntStream.range(0, labels.size())
                .filter(c -> occurrences[c] > 0)
                .mapToDouble(c -> 2.0 * right[c] / occurrences[c])
                .average()
                .orElse(0);
    }
}
