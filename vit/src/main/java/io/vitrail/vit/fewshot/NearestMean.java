package io.vitrail.vit.fewshot;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A picture is of the class whose examples' mean is nearest by direction (Snell et al. 2017, "Prototypical Networks for
 * Few-shot Learning", equation 1), seen from the middle of the classes' means (Wang et al. 2019, "SimpleShot", CL2N).
 *
 * <p>Probabilities are the softmax of the cosines times a scale. The scale is the one under which each example is most
 * probably of its class, given the others.
 */
public record NearestMean() implements FewShotMethod {
    static final String NAME = "mean";

    private static final String CENTRE = "centre";
    private static final String MEANS = "means";
    private static final String SCALE = "scale";
    private static final double LARGEST_SCALE = 100;
    private static final double USUAL_SCALE = 10;
    private static final int HALVINGS = 40;

    @Override
    public ClassHead learn(Examples examples, FrozenFeatures features) {
        float[][] rows = examples.rows();
        int[] labels = examples.labels();
        int classes = examples.names().size();
        float[] centre = centre(Rows.sums(rows, labels, classes), labels);
        float[][] centred =
                Arrays.stream(rows).map(row -> Rows.unitDifference(row, centre)).toArray(float[][]::new);
        double[][] sums = Rows.sums(centred, labels, classes);
        float[][] means = Arrays.stream(sums).map(Rows::unit).toArray(float[][]::new);
        return new Head(centre, means, (float) scale(centred, labels, sums));
    }

    /** The mean of the classes' means: a class with many examples doesn't draw it. */
    private static float[] centre(double[][] sums, int[] labels) {
        float[] centre = new float[sums[0].length];
        int[] counts = new int[sums.length];
        Arrays.stream(labels).forEach(label -> counts[label]++);
        for (int i = 0; i < centre.length; i++) {
            double sum = 0;
            for (int k = 0; k < sums.length; k++) {
                sum += sums[k][i] / counts[k];
            }
            centre[i] = (float) (sum / sums.length);
        }
        return centre;
    }

    /** Where the likelihood of the left-out examples is greatest. */
    private static double scale(float[][] rows, int[] labels, double[][] sums) {
        int[] counts = new int[sums.length];
        Arrays.stream(labels).forEach(label -> counts[label]++);
        int[] told = IntStream.range(0, rows.length)
                .filter(i -> counts[labels[i]] > 1)
                .toArray();
        if (told.length == 0 || sums.length == 1) {
            return USUAL_SCALE;
        }
        double[][] cosines = Arrays.stream(told)
                .mapToObj(i -> withoutIt(rows[i], labels[i], sums))
                .toArray(double[][]::new);
        int[] right = Arrays.stream(told).map(i -> labels[i]).toArray();
        double low = 1;
        double high = LARGEST_SCALE;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            boolean falling = slope(cosines, right, middle) < 0;
            low = falling ? middle : low;
            high = falling ? high : middle;
        }
        return (low + high) / 2;
    }

    /** An example's cosines with the means; with its own class's as it is without the example. */
    private static double[] withoutIt(float[] row, int label, double[][] sums) {
        double[] cosines = new double[sums.length];
        for (int k = 0; k < sums.length; k++) {
            double[] sum = sums[k].clone();
            Rows.add(k == label ? -1 : 0, row, sum);
            cosines[k] = Rows.dot(row, Rows.unit(sum));
        }
        return cosines;
    }

    /** The derivative, by the scale, of the examples' negative log-likelihood: it is convex. */
    private static double slope(double[][] cosines, int[] labels, double scale) {
        double slope = 0;
        for (int i = 0; i < labels.length; i++) {
            double[] probabilities =
                    Arrays.stream(cosines[i]).map(cosine -> scale * cosine).toArray();
            Rows.softmax(probabilities);
            for (int k = 0; k < probabilities.length; k++) {
                slope += probabilities[k] * cosines[i][k];
            }
            slope -= cosines[i][labels[i]];
        }
        return slope;
    }

    @Override
    public ClassHead restore(Examples examples, Map<String, float[][]> matrices) {
        return new Head(
                Rows.of(matrices, CENTRE, 1, examples.width())[0],
                Rows.of(matrices, MEANS, examples.names().size(), examples.width()),
                Rows.of(matrices, SCALE, 1, 1)[0][0]);
    }

    @Override
    public void writeTo(ObjectNode json) {
        json.put("name", NAME);
    }

    /** @param means [classes, width], seen from the centre, of length 1 */
    private record Head(float[] centre, float[][] means, float scale) implements ClassHead {
        @Override
        public double[] logits(float[] vector) {
            float[] seen = Rows.unitDifference(vector, centre);
            return Arrays.stream(means)
                    .mapToDouble(mean -> scale * Rows.dot(mean, seen))
                    .toArray();
        }

        @Override
        public Map<String, float[][]> matrices() {
            return Map.of(CENTRE, new float[][] {centre}, MEANS, means, SCALE, new float[][] {{scale}});
        }
    }
}
