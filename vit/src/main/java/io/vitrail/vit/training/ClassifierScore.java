package io.vitrail.vit.training;

import io.vitrail.transformer.training.Confusion;
import io.vitrail.transformer.training.Evaluation;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Counts a classifier's answers: accuracy, the right class among five, the classes' mean F1, loss and confusion. */
final class ClassifierScore {
    private static final int FEW = 5;

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
        Confusion confusion = Confusion.of(labels, Arrays.copyOf(truth, n), Arrays.copyOf(answers, n));
        int right = 0;
        for (int i = 0; i < n; i++) {
            right += truth[i] == answers[i] ? 1 : 0;
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("accuracy", right / (double) n);
        if (labels.size() > FEW) {
            metrics.put("top5", among / (double) n);
        }
        metrics.put("macro_f1", macroF1(confusion));
        metrics.put("loss", loss / n);
        return new Evaluation(metrics, Evaluation.Goal.MORE, Optional.of(confusion));
    }

    /** The mean over the classes that occur, in truth or as an answer, of 2 · right / (true + answered). */
    private static double macroF1(Confusion confusion) {
        double sum = 0;
        int classes = 0;
        for (int c = 0; c < confusion.labels().size(); c++) {
            int column = c;
            int actual = confusion.counts().get(c).stream()
                    .mapToInt(Integer::intValue)
                    .sum();
            int answered =
                    confusion.counts().stream().mapToInt(row -> row.get(column)).sum();
            if (actual + answered > 0) {
                sum += 2.0 * confusion.counts().get(c).get(c) / (actual + answered);
                classes++;
            }
        }
        return sum / classes;
    }
}
