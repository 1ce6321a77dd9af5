package io.vitrail.transformer.training;

import io.vitrail.transformer.Check;

/** A stretch of a training. */
public sealed interface Span {
    /**
     * Its length in steps of the optimizer, rounded up where it is broken off within one.
     *
     * @param epoch steps in an epoch
     * @param total steps of the whole training
     */
    long steps(long epoch, long total);

    /** So many passes over all examples, such as 0.5. */
    record Epochs(double count) implements Span {
        public Epochs {
            Check.that(count > 0 && count <= 1e6, "epochs must be above 0 and at most 1000000, not %s", count);
        }

        @Override
        public long steps(long epoch, long total) {
            return (long) Math.ceil(count * epoch);
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
        public long steps(long epoch, long total) {
            return count;
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
        public long steps(long epoch, long total) {
            return (long) Math.ceil(fraction * total);
        }

        @Override
        public String toString() {
            return fraction + " of the training";
        }
    }
}
