package io.vitrail.transformer.training;

import io.vitrail.transformer.Check;
import java.util.function.DoubleToLongFunction;

/** A stretch of a training. */
public sealed interface Span {
    /**
     * Its length in steps of the optimizer, rounded up where it is broken off within one.
     *
     * @param epochs steps in the first so many epochs
     * @param total steps of the whole training
     */
    long steps(DoubleToLongFunction epochs, long total);

    /**
     * How often it fits, one after the other, into the first steps of a training.
     *
     * @param epochs that they make
     * @param total steps of the whole training
     */
    long repeated(double epochs, long steps, long total);

    /** So many passes over all examples, such as 0.5. */
    record Epochs(double count) implements Span {
        private static final double ROUNDING = 1e-9; // three thirds are one

        public Epochs {
            Check.that(count > 0 && count <= 1e6, "epochs must be above 0 and at most 1000000, not %s", count);
        }

        @Override
        public long steps(DoubleToLongFunction epochs, long total) {
            return epochs.applyAsLong(count);
        }

        @Override
        public long repeated(double epochs, long steps, long total) {
            return (long) (epochs / count + ROUNDING);
        }

        @Override
        public String toString() {
            return count == (long) count ? (long) count + " epochs" : count + " epochs";
        }
    }

    /** So many steps. */
    record Steps(long count) implements Span {
        public Steps {
            Check.that(count >= 0 && count <= Integer.MAX_VALUE, "steps must be 0 to 2147483647, not %d", count);
        }

        @Override
        public long steps(DoubleToLongFunction epochs, long total) {
            return count;
        }

        @Override
        public long repeated(double epochs, long steps, long total) {
            return steps / count;
        }

        @Override
        public String toString() {
            return count + " steps";
        }
    }

    /** A fraction of the whole training. */
    record Part(double fraction) implements Span {
        public Part {
            Check.that(fraction >= 0 && fraction <= 1, "a part of the training must be 0 to 1, not %s", fraction);
        }

        @Override
        public long steps(DoubleToLongFunction epochs, long total) {
            return of(total);
        }

        @Override
        public long repeated(double epochs, long steps, long total) {
            return steps / of(total);
        }

        private long of(long total) {
            return (long) Math.ceil(fraction * total);
        }

        @Override
        public String toString() {
            return fraction + " of the training";
        }
    }
}
