package io.vitrail.transformer.training;

import ai.djl.training.tracker.Tracker;
import io.vitrail.transformer.Check;
import java.util.Arrays;
import java.util.List;

/**
 * The learning rate as a function of the steps already taken: the schedules of Hugging Face transformers, and that of
 * the original Transformer. All but the latter rise linearly from 0 over {@code warmup} steps, then fall until {@code
 * total}, where they have one.
 */
public sealed interface Schedule extends Tracker {
    /** The learning rate of the next step, after {@code steps} steps of the optimizer. */
    double rate(long steps);

    /** The highest rate. */
    double peak();

    /** The steps over which the rate rises. */
    long warmup();

    /**
     * The schedule of a name that transformers' get_scheduler knows, with its defaults; or {@code noam}, scaled to the
     * peak.
     *
     * @param total number of steps, for schedules that end
     * @throws IllegalArgumentException if the name isn't known
     */
    static Schedule named(String name, double peak, long warmup, long total) {
        return ScheduleName.of(name).schedule(peak, warmup, total);
    }

    /** The names that {@link #named} knows. */
    static List<String> names() {
        return Arrays.stream(ScheduleName.values()).map(ScheduleName::toString).toList();
    }

    /** DJL counts the update that is under way, from 1. */
    @Override
    default float getNewValue(int update) {
        return (float) rate(update - 1L);
    }

    /**
     * A cosine from {@code peak} to {@code end} (Loshchilov and Hutter 2017): half a wave within {@code total} steps,
     * or as many as {@code waves}, which go on behind them.
     */
    record Cosine(double peak, long warmup, long total, double waves, double end) implements Schedule {
        public Cosine {
            checkSpan(peak, warmup, total);
            Check.that(waves > 0 && Double.isFinite(waves), "waves must be positive, not %s", waves);
            checkEnd(end, peak);
        }

        /** Half a wave, to 0. */
        public Cosine(double peak, long warmup, long total) {
            this(peak, warmup, total, 0.5, 0);
        }

        @Override
        public double rate(long steps) {
            if (steps < warmup) {
                return peak * warm(steps, warmup);
            }
            double progress = (steps - warmup) / (double) Math.max(1, total - warmup);
            return end + (peak - end) * 0.5 * (1 + Math.cos(2 * Math.PI * waves * progress));
        }
    }

    /** Half a cosine from {@code peak} to 0, so many times one after the other (Loshchilov and Hutter 2017). */
    record CosineWithRestarts(double peak, long warmup, long total, int cycles) implements Schedule {
        public CosineWithRestarts {
            checkSpan(peak, warmup, total);
            Check.that(cycles > 0, "cycles must be positive, not %d", cycles);
        }

        @Override
        public double rate(long steps) {
            if (steps < warmup) {
                return peak * warm(steps, warmup);
            }
            double progress = (steps - warmup) / (double) Math.max(1, total - warmup);
            return progress >= 1 ? 0 : peak * 0.5 * (1 + Math.cos(Math.PI * (cycles * progress % 1)));
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
            checkEnd(end, peak);
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

    /**
     * {@code peak} for {@code stable} steps, then half a cosine over {@code decay} steps to {@code end}, where the rate
     * also begins (Hu et al. 2024).
     */
    record WarmupStableDecay(double peak, long warmup, long stable, long decay, double end) implements Schedule {
        public WarmupStableDecay {
            checkSpan(peak, warmup, warmup);
            Check.that(stable >= 0 && decay >= 0, "steps (%d stable, %d of decay) can't be negative", stable, decay);
            checkEnd(end, peak);
        }

        @Override
        public double rate(long steps) {
            if (steps < warmup) {
                return end + (peak - end) * warm(steps, warmup);
            }
            long fallen = steps - warmup - stable;
            double left = fallen < decay ? 0.5 * (1 + Math.cos(Math.PI * Math.max(0, fallen) / decay)) : 0;
            return fallen < 0 ? peak : end + (peak - end) * left;
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
        public double peak() {
            return factor * Math.pow(width, -0.5) * Math.pow(warmup, -0.5);
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

    private static void checkEnd(double end, double peak) {
        Check.that(end >= 0 && end < peak, "end rate (%s) must be at least 0 and below the peak (%s)", end, peak);
    }
}
