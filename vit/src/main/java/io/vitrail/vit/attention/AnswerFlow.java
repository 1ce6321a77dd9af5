package io.vitrail.vit.attention;

import io.vitrail.transformer.Grid;
import io.vitrail.vit.TokenAxis;
import io.vitrail.vit.TokenLayout;
import java.util.List;

/**
 * Follows an answer back through the layers, from the tokens that it is read from to those of the first layer. The
 * papers multiply the layers' matrices first to last and then take a row; here the row goes last to first, which is the
 * same, and needs no matrix for all pairs of a window model's tokens.
 */
final class AnswerFlow {
    /** One step back: shares of a layer's queries to shares of its keys. */
    @FunctionalInterface
    private interface Step {
        double[] back(AttentionLayer layer, double[] shares);
    }

    private AnswerFlow() {}

    /**
     * Attention rollout (Abnar and Zuidema 2020, section 3): each layer passes on half of what a token holds, and
     * mixes half by its weights, (A + I) with rows normalised.
     *
     * @param layers each of one head, first to last
     * @param shares of the last layer's tokens in the answer
     * @return the first layer's
     */
    static double[] rollout(List<AttentionLayer> layers, double[] shares) {
        return back(layers, shares, (layer, row) -> {
            double[] total = layer.total(0);
            double[] kept = new double[row.length];
            for (int i = 0; i < row.length; i++) {
                kept[i] = row[i] / (1 + total[i]);
            }
            return sum(kept, layer.taken(0, kept));
        });
    }

    /**
     * Relevance (Chefer et al. 2021, equation 6): R ← R + Ā R in each layer, and the answer's row of it.
     *
     * @param layers Ā of each, first to last
     */
    static double[] relevance(List<AttentionLayer> layers, double[] shares) {
        return back(layers, shares, (layer, row) -> sum(row, layer.taken(0, row)));
    }

    private static double[] back(List<AttentionLayer> layers, double[] shares, Step step) {
        double[] row = shares;
        TokenLayout above = layers.get(layers.size() - 1).layout();
        for (int i = layers.size() - 1; i >= 0; i--) {
            row = step.back(layers.get(i), spread(row, above, layers.get(i).layout()));
            above = layers.get(i).layout();
        }
        return row;
    }

    /** The answer's shares in the tokens of an earlier layer if no layer mixed any. */
    static double[] unmixed(List<AttentionLayer> layers, double[] shares, int layer) {
        return back(layers.subList(layer, layers.size()), shares, (unused, row) -> row);
    }

    /** Where tokens were merged two by two, each of the finer ones gets an equal part. */
    private static double[] spread(double[] shares, TokenLayout coarse, TokenLayout fine) {
        if (coarse.grid().equals(fine.grid())) {
            return shares;
        }
        int rows = factor(coarse.rows(), fine.rows());
        int columns = factor(coarse.columns(), fine.columns());
        Grid grid = fine.grid();
        double[] parts = new double[grid.tokens()];
        for (int token = 0; token < parts.length; token++) {
            int row = token / grid.columns() / rows;
            int column = token % grid.columns() / columns;
            int members = Math.min(rows, grid.rows() - row * rows)
                    * Math.min(columns, grid.columns() - column * columns); // fewer at the edge of an odd grid
            parts[token] = shares[row * coarse.grid().columns() + column] / members;
        }
        return parts;
    }

    private static int factor(TokenAxis coarse, TokenAxis fine) {
        return (int) Math.round(coarse.pitch() / fine.pitch());
    }

    private static double[] sum(double[] a, double[] b) {
        double[] sum = new double[a.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }
}
