package io.vitrail.vit.fewshot;

import io.vitrail.transformer.training.Schedule;
import io.vitrail.transformer.training.Seeds;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Trains the keys of a cache of examples on these examples (Zhang et al. 2022, section 3.2): cross-entropy, AdamW
 * (Loshchilov and Hutter 2019, algorithm 2), a rate that falls as a cosine does. The same settings give the same keys,
 * however many threads compute.
 */
final class KeyTuning {
    /** Of the paper's code. */
    private static final int BATCH = 256;

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-4;
    private static final double DECAY = 0.01;

    private final TunedTipAdapter method;
    private final TipAdapter.Head start;
    private final float[][] examples;
    private final double[][] keys;
    private final double[][] mean;
    private final double[][] square;

    KeyTuning(TunedTipAdapter method, TipAdapter.Head start) {
        this.method = method;
        this.start = start;
        examples = start.keys();
        int width = examples[0].length;
        keys = new double[examples.length][width];
        mean = new double[examples.length][width];
        square = new double[examples.length][width];
        for (int i = 0; i < keys.length; i++) {
            Rows.add(1, examples[i], keys[i]);
        }
    }

    /** The keys behind the last epoch, [examples, width]. */
    float[][] keys() {
        int batches = (examples.length + BATCH - 1) / BATCH;
        Schedule rates = new Schedule.Cosine(method.rate(), 0, (long) method.epochs() * batches);
        int step = 0;
        for (int epoch = 0; epoch < method.epochs(); epoch++) {
            int[] order = Seeds.permutation(examples.length, Seeds.random(method.seed(), epoch, 0));
            for (int first = 0; first < order.length; first += BATCH) {
                int[] batch = Arrays.copyOfRange(order, first, Math.min(first + BATCH, order.length));
                learn(batch, rates.rate(step), ++step);
            }
        }
        return Arrays.stream(keys).map(KeyTuning::rounded).toArray(float[][]::new);
    }

    private void learn(int[] batch, double rate, int step) {
        double[][] slopes =
                Arrays.stream(batch).parallel().mapToObj(this::slopes).toArray(double[][]::new);
        IntStream.range(0, keys.length).parallel().forEach(i -> {
            double[] gradient = new double[keys[i].length];
            for (int b = 0; b < batch.length; b++) {
                Rows.add(slopes[b][i] / batch.length, examples[batch[b]], gradient);
            }
            update(i, gradient, rate, step);
        });
    }

    /** By how much an example's loss grows with its product with each key. */
    private double[] slopes(int example) {
        float[] x = examples[example];
        TipAdapter cache = method.cache();
        double[] affinities = new double[keys.length];
        double[] errors = new double[start.names().length];
        for (int k = 0; k < errors.length; k++) {
            errors[k] = start.factor() * Rows.dot(start.names()[k], x);
        }
        for (int i = 0; i < keys.length; i++) {
            affinities[i] = Math.exp(-cache.beta() * (1 - dot(keys[i], x)));
            errors[start.labels()[i]] += cache.alpha() * affinities[i];
        }
        Rows.softmax(errors);
        errors[start.labels()[example]] -= 1; // the gradient of the cross-entropy by its logits
        for (int i = 0; i < keys.length; i++) {
            affinities[i] *= errors[start.labels()[i]] * cache.alpha() * cache.beta();
        }
        return affinities;
    }

    private static double dot(double[] key, float[] x) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += key[i] * x[i];
        }
        return sum;
    }

    private void update(int i, double[] gradient, double rate, int step) {
        double correction1 = 1 - Math.pow(BETA1, step);
        double correction2 = Math.sqrt(1 - Math.pow(BETA2, step));
        for (int j = 0; j < gradient.length; j++) {
            mean[i][j] = BETA1 * mean[i][j] + (1 - BETA1) * gradient[j];
            square[i][j] = BETA2 * square[i][j] + (1 - BETA2) * gradient[j] * gradient[j];
            double root = Math.sqrt(square[i][j]) / correction2 + EPSILON;
            keys[i][j] -= rate * (DECAY * keys[i][j] + mean[i][j] / correction1 / root);
        }
    }

    private static float[] rounded(double[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = (float) values[i];
        }
        return rounded;
    }
}
