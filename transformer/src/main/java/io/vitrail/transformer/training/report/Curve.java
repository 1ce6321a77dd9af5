package io.vitrail.transformer.training.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Values over steps; NaN leaves a gap.
 *
 * @param steps in order
 * @param values one for each
 */
record Curve(double[] steps, double[] values, Style style) {
    private static final int BUCKETS = 400;

    enum Style {
        /** Thin: every value as it was. */
        RAW,
        LINE,
        /** A line, and a dot with its value at each. */
        DOTS
    }

    /** A piece without gaps. */
    record Piece(List<Double> steps, List<Double> values) {}

    Curve withStyle(Style other) {
        return new Curve(steps, values, other);
    }

    /** The exponential moving average over about √n of the n steps, without a bias towards the first. */
    Curve smoothed() {
        double memory = 1 - 1 / Math.sqrt(Math.max(1, values.length));
        double[] smooth = new double[values.length];
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < values.length; i++) {
            if (Double.isFinite(values[i])) {
                sum = memory * sum + (1 - memory) * values[i];
                weights = memory * weights + 1 - memory;
            }
            smooth[i] = Double.isFinite(values[i]) ? sum / weights : Double.NaN;
        }
        return new Curve(steps, smooth, Style.LINE);
    }

    /** The last value that is a number, or NaN. */
    double lastValue() {
        double last = Double.NaN;
        for (double value : values) {
            last = Double.isFinite(value) ? value : last;
        }
        return last;
    }

    /** The pieces between the gaps. Of many steps, the smallest and the largest value of each few. */
    List<Piece> pieces() {
        List<Piece> pieces = new ArrayList<>();
        int few = Math.max(1, values.length / BUCKETS);
        Piece piece = new Piece(new ArrayList<>(), new ArrayList<>());
        for (int start = 0; start < values.length; start += few) {
            int lowest = extreme(start, Math.min(values.length, start + few), -1);
            int highest = extreme(start, Math.min(values.length, start + few), 1);
            if (lowest < 0) {
                pieces.add(piece);
                piece = new Piece(new ArrayList<>(), new ArrayList<>());
                continue;
            }
            add(piece, Math.min(lowest, highest));
            if (lowest != highest) {
                add(piece, Math.max(lowest, highest));
            }
        }
        pieces.add(piece);
        return pieces.stream().filter(some -> !some.steps().isEmpty()).toList();
    }

    private void add(Piece piece, int i) {
        piece.steps().add(steps[i]);
        piece.values().add(values[i]);
    }

    /** Where the value is largest, or smallest with sign -1; -1 if none is a number. */
    private int extreme(int start, int end, int sign) {
        int best = -1;
        for (int i = start; i < end; i++) {
            if (Double.isFinite(values[i]) && (best < 0 || sign * values[i] > sign * values[best])) {
                best = i;
            }
        }
        return best;
    }
}
