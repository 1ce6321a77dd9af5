package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.Padding;
import io.vitrail.text.tokenizer.Truncation;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.Patience;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Labels as vectors of length 1. Of several sentences with a label it is the direction of their vectors' mean
 * (Radford et al. 2021, section 3.1.4).
 *
 * @param names of the labels
 * @param values [labels, sharedWidth], row by row, in Java's memory: nothing has to be closed
 */
record LabelVectors(List<String> names, float[] values) {
    /** Refuses labels that can't be told apart. */
    static void check(List<String> labels) {
        Check.that(!Check.allGiven(labels, "labels").isEmpty(), "At least 1 label is needed.");
        Set<String> seen = new HashSet<>();
        for (String label : labels) {
            Check.that(!label.isBlank(), "A label is empty.");
            Check.that(seen.add(label), "The label '%s' is given twice.", label);
        }
    }

    /**
     * Sends every label in every template through the text tower.
     *
     * @throws IllegalArgumentException if one is longer than the model takes; SigLIP cuts it, as its reference does
     */
    static LabelVectors of(List<String> labels, PromptTemplates templates, LoadedContrastive loaded) {
        Truncation truncation =
                loaded.model().padding() == Padding.MAX_LENGTH ? Truncation.LONGEST_FIRST : Truncation.DO_NOT_TRUNCATE;
        List<String> prompts = labels.stream()
                .flatMap(label -> templates.prompts(label).stream())
                .toList();
        List<float[]> sums = new ArrayList<>();
        int count = 0;
        for (List<Encoding> rows : loaded.batches(prompts, truncation)) {
            for (Embedding vector : loaded.texts().alone(rows, Patience.endless())) {
                if (count++ % templates.templates().size() == 0) {
                    sums.add(vector.values().clone());
                } else {
                    add(vector.values(), sums.get(sums.size() - 1));
                }
            }
        }
        return new LabelVectors(List.copyOf(labels), normalized(sums));
    }

    private static void add(float[] values, float[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += values[i];
        }
    }

    private static float[] normalized(List<float[]> rows) {
        int width = rows.get(0).length;
        float[] all = new float[Math.multiplyExact(rows.size(), width)];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(new Embedding(rows.get(i)).normalized().values(), 0, all, i * width, width);
        }
        return all;
    }

    /** [labels, sharedWidth], which belongs to the manager. */
    NDArray array(NDManager manager) {
        return manager.create(values, new Shape(names.size(), values.length / names.size()));
    }
}
