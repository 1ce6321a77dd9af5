package io.vitrail.transformer.training;

import ai.djl.training.tracker.Tracker;
import io.vitrail.transformer.Check;

/**
 * The learning rate as a function of the steps already taken: the schedules of Hugging Face transformers, and that of
 * the original Transformer. All but the latter rise linearly from 0 over {@code warmup} steps, then fall until {@code
 * total}.
 */
public sealed interface Schedule extends Tracker {
    /** The learning rate of the next step, after {@code steps} steps of the optimizer. */
    double rate(long steps);

    /** DJL counts the update that is under way, from 1. */
    @Override
    default float getNewValue(int update) {
        return (float) rate(update - 1L);
    }

    /** Half a cosine from {@code peak} to 0 (Loshchilov and Hutter 2017). */
    record Cosine(double peak, long warmup, long total) implements Schedule {
        public Cosine {
            checkSpan(peak, warmup, total);
        }

        @Override
        public double rate(long steps) {
            double progress = (steps - warmup) / (double) Math.max(1, total - warmup);
            return peak * Math.min(warm(steps, warmup), Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress))));
        }
    }

    /** A straight line from {@code peak} to 0. */
    record Linear(double peak, long warmup, long total) implements Schedule {
        public Linear {
            checkSpan(peak, warmup, total);
        }

        @Override
        public double rate(long steps) {
            double left = (total - steps) / (double) Math.max(1, total - warmup);
            return peak * Math.min(warm(steps, warmup), Math.max(0, left));
        }
    }

    /** {@code peak} for ever. */
    record Constant(double peak, long warmup) implements Schedule {
        public Constant {
            checkSpan(peak, warmup, warmup);
        }

        @Override
        public double rate(long steps) {
            return peak * warm(steps, warmup);
        }
    }

    /** A power of what is left, from {@code peak} to {@code end}, where it stays. */
    record Polynomial(double peak, long warmup, long total, double end, double power) implements Schedule {
        public Polynomial {
            checkSpan(peak, warmup, total);
            Check.that(end >= 0 && end < peak, "end rate (%s) must be at least 0 and below the peak (%s)", end, peak);
        }

        @Override
        public double rate(long steps) {
            if (steps < warmup) {
                return peak * warm(steps, warmup);
            }
            double left = 1 - (steps - warmup) / (double) Math.max(1, total - warmup);
            return steps > total ? end : end + (peak - end) * Math.pow(left, power);
        }
    }

    /** Falls as 1 / √steps after the warm-up (Raffel et al. 2020, section 3.1.2). */
    record InverseSquareRoot(double peak, long warmup) implements Schedule {
        private static final long SCALE_WITHOUT_WARMUP = 10_000;

        public InverseSquareRoot {
            checkSpan(peak, warmup, warmup);
        }

        @Override
        public double rate(long steps) {
            if (steps < warmup) {
                return peak * warm(steps, warmup);
            }
            double scale = warmup > 0 ? warmup : SCALE_WITHOUT_WARMUP;
            return peak / Math.sqrt((steps - warmup + scale) / scale);
        }
    }

    /**
     * factor · width^-0.5 · min(step^-0.5, step · warmup^-1.5), steps counted from 1 (Vaswani et al. 2017, equation
     * 3).
     */
    record Noam(double factor, int width, long warmup) implements Schedule {
        public Noam {
            checkSpan(factor, warmup, warmup);
            Check.that(width > 0 && warmup > 0, "width (%d) and warm-up (%d) must be positive", width, warmup);
        }

        @Override
        public double rate(long steps) {
            double step = steps + 1.0;
            return factor * Math.pow(width, -0.5) * Math.min(Math.pow(step, -0.5), step * Math.pow(warmup, -1.5));
        }
    }

    /** The part of the peak that the warm-up has reached: 0 before the first step, 1 from its end on. */
    private static double warm(long steps, long warmup) {
        return steps < warmup ? steps / (double) warmup : 1;
    }

    private static void checkSpan(double peak, long warmup, long total) {
        Check.that(peak > 0 && Double.isFinite(peak), "peak learning rate must be positive, not %s", peak);
        Check.that(warmup >= 0 && warmup <= total, "warm-up (%d) must be within the %d steps", warmup, total);
    }
}
