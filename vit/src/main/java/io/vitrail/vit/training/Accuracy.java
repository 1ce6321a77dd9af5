package io.vitrail.vit.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

/**
 * How often a classifier was right.
 *
 * @param set name of the pictures
 * @param top1 fraction whose best class was right
 * @param top5 fraction with the right one among the best five
 * @param n number of pictures
 */
public record Accuracy(String set, double top1, double top5, int n) {
    private static final int BATCH = 100;
    private static final int FEW = 5;

    /** Runs a block over a set. Scratch memory is freed batch by batch. */
    static Accuracy measure(Block block, ParameterStore weights, EvaluationSet set, Normalization normalization) {
        int right = 0;
        int among = 0;
        for (int first = 0; first < set.size(); first += BATCH) {
            int count = Math.min(BATCH, set.size() - first);
            try (NDManager scope = weights.getManager().newSubManager()) {
                Shape shape = new Shape(count, 3, set.side(), set.side());
                NDArray pixels = scope.create(set.pixels(first, count, normalization), shape);
                float[] logits = block.forward(weights, new NDList(pixels), false)
                        .singletonOrThrow()
                        .toFloatArray();
                int classes = logits.length / count;
                for (int i = 0; i < count; i++) {
                    int rank = rank(logits, i * classes, classes, set.label(first + i));
                    right += rank == 0 ? 1 : 0;
                    among += rank < FEW ? 1 : 0;
                }
            }
        }
        return new Accuracy(set.name(), right / (double) set.size(), among / (double) set.size(), set.size());
    }

    /** The fraction of a training batch that is right; labels are probabilities, of which the largest counts. */
    static double ofBatch(NDArray labels, NDArray logits) {
        float[] target = labels.toFloatArray();
        float[] values = logits.toFloatArray();
        int classes = (int) labels.getShape().get(1);
        int right = 0;
        for (int start = 0; start < values.length; start += classes) {
            int best = 0;
            for (int c = 1; c < classes; c++) {
                best = target[start + c] > target[start + best] ? c : best;
            }
            right += rank(values, start, classes, best) == 0 ? 1 : 0;
        }
        return right * classes / (double) values.length;
    }

    /** How many classes are at least as likely as the right one; not-a-number counts as likelier. */
    static int rank(float[] logits, int start, int classes, int label) {
        int rank = 0;
        for (int c = 0; c < classes; c++) {
            if (c != label && !(logits[start + c] < logits[start + label])) {
                rank++;
            }
        }
        return rank;
    }
}
