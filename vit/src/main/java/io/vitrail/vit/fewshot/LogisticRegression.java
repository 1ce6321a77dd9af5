package io.vitrail.vit.fewshot;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The loss of multinomial logistic regression with an L2 penalty, divided by strength and number of examples: the mean
 * of the classes' mean negative log-likelihoods, plus |weights|² / (2 · strength · examples). Parameters are, class by
 * class, weights and a bias. Of two classes the penalty is twice as large: their weights are opposite halves of the one
 * vector that binary regression learns.
 *
 * <p>Examples and classes are shared among cores; each sum has one order, so that results don't depend on their number.
 */
final class LogisticRegression implements Lbfgs.Objective {
    private final float[][] rows;
    private final int[] labels;
    private final int classes;
    private final int width;
    private final double penalty;
    private final double[] shares; // of an example of each class in the loss

    /** @param rows [examples, width] */
    LogisticRegression(float[][] rows, int[] labels, int classes, double strength) {
        this.rows = rows;
        this.labels = labels;
        this.classes = classes;
        width = rows[0].length;
        penalty = (classes == 2 ? 2 : 1) / (strength * rows.length);
        shares = new double[classes];
        Arrays.stream(labels).forEach(label -> shares[label]++);
        Arrays.setAll(shares, k -> 1 / (classes * shares[k]));
    }

    int parameters() {
        return Math.multiplyExact(classes, width + 1);
    }

    @Override
    public double at(double[] parameters, double[] gradient) {
        double[][] errors = new double[rows.length][]; // probabilities, less 1 for the right class, by its share
        double[] losses = new double[rows.length];
        IntStream.range(0, rows.length).parallel().forEach(i -> {
            double[] scores = scores(parameters, rows[i]);
            int label = labels[i];
            double right = scores[label];
            losses[i] = shares[label] * (Rows.softmax(scores) - right);
            scores[label] -= 1;
            errors[i] =
                    Arrays.stream(scores).map(error -> shares[label] * error).toArray();
        });
        IntStream.range(0, classes).parallel().forEach(k -> addGradient(k, errors, parameters, gradient));
        double squares = IntStream.range(0, classes)
                .mapToDouble(k -> squares(k, parameters))
                .sum();
        return Arrays.stream(losses).sum() + penalty / 2 * squares;
    }

    private double[] scores(double[] parameters, float[] row) {
        double[] scores = new double[classes];
        for (int k = 0; k < classes; k++) {
            int start = k * (width + 1);
            double score = parameters[start + width];
            for (int i = 0; i < width; i++) {
                score += parameters[start + i] * row[i];
            }
            scores[k] = score;
        }
        return scores;
    }

    private void addGradient(int k, double[][] errors, double[] parameters, double[] gradient) {
        double[] sum = new double[width];
        double bias = 0;
        for (int i = 0; i < rows.length; i++) {
            Rows.add(errors[i][k], rows[i], sum);
            bias += errors[i][k];
        }
        int start = k * (width + 1);
        for (int i = 0; i < width; i++) {
            gradient[start + i] = sum[i] + penalty * parameters[start + i];
        }
        gradient[start + width] = bias;
    }

    private double squares(int k, double[] parameters) {
        int start = k * (width + 1);
        return IntStream.range(start, start + width)
                .mapToDouble(i -> parameters[i] * parameters[i])
                .sum();
    }

    /** [classes, width]. */
    float[][] weights(double[] parameters) {
        float[][] weights = new float[classes][width];
        for (int k = 0; k < classes; k++) {
            for (int i = 0; i < width; i++) {
                weights[k][i] = (float) parameters[k * (width + 1) + i];
            }
        }
        return weights;
    }

    float[] biases(double[] parameters) {
        float[] biases = new float[classes];
        for (int k = 0; k < classes; k++) {
            biases[k] = (float) parameters[k * (width + 1) + width];
        }
        return biases;
    }
}
