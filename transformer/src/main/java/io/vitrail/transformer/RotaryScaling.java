package io.vitrail.transformer;

import java.util.List;

/**
 * How the frequencies of {@link RotaryPositions} are changed so that texts may be longer than those of the training. A
 * frequency is the angle per place; its wavelength is the number of places of a full turn.
 */
public sealed interface RotaryScaling {
    /** The frequencies as they are. */
    RotaryScaling NONE = new None();

    /**
     * By pair, from the fastest: headWidth / 2 numbers.
     *
     * @param length places up to the last one of the pass, if it {@linkplain #dependsOnLength matters}
     */
    double[] frequencies(int headWidth, double theta, long length);

    /** Whether frequencies change with the length of the text. */
    default boolean dependsOnLength() {
        return false;
    }

    /** The factor on sines and cosines: its square is that on scores. */
    default float amplitude() {
        return 1;
    }

    /** Refuses heads that it has no numbers for. */
    default void check(int headWidth) {}

    /** θ^(−2i / headWidth). */
    private static double[] plain(int headWidth, double theta) {
        double[] frequencies = new double[headWidth / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(theta, -2.0 * i / headWidth);
        }
        return frequencies;
    }

    private static void checkFactor(double factor) {
        Check.that(factor > 0, "The factor of longer rotary positions must be positive, not %s.", factor);
    }

    private static void checkLength(long length) {
        Check.that(length > 0, "The length of the training's texts must be positive, not %d.", length);
    }

    /** Of Su et al. 2021. */
    record None() implements RotaryScaling {
        @Override
        public double[] frequencies(int headWidth, double theta, long length) {
            return plain(headWidth, theta);
        }
    }

    /** Places are divided by the factor (Chen et al. 2023, "Position Interpolation", section 2.2). */
    record Linear(double factor) implements RotaryScaling {
        public Linear {
            checkFactor(factor);
        }

        @Override
        public double[] frequencies(int headWidth, double theta, long length) {
            double[] frequencies = plain(headWidth, theta);
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] /= factor;
            }
            return frequencies;
        }
    }

    /**
     * The base grows with the text once it is longer than those of the training (Peng et al. 2023, "YaRN", section 3.3,
     * "Dynamic NTK").
     *
     * @param trained length of the training's texts
     */
    record Dynamic(double factor, long trained) implements RotaryScaling {
        public Dynamic {
            checkFactor(factor);
            checkLength(trained);
        }

        @Override
        public double[] frequencies(int headWidth, double theta, long length) {
            double growth = factor * Math.max(length, trained) / trained - (factor - 1);
            return plain(headWidth, theta * Math.pow(growth, headWidth / (headWidth - 2.0)));
        }

        @Override
        public boolean dependsOnLength() {
            return true;
        }

        @Override
        public void check(int headWidth) {
            Check.that(headWidth > 2, "Dynamic rotary positions need heads wider than 2.");
        }
    }

    /**
     * Wavelengths longer than the training's texts / lowFactor are divided by the factor, those shorter than its texts
     * / highFactor stay, and those between change gradually (Grattafiori et al. 2024, "The Llama 3 Herd of Models",
     * section 3.2; the reference's formula).
     *
     * @param trained length of the training's texts
     */
    record Llama3(double factor, double lowFactor, double highFactor, long trained) implements RotaryScaling {
        public Llama3 {
            checkFactor(factor);
            checkLength(trained);
            Check.that(
                    0 < lowFactor && lowFactor < highFactor,
                    "Llama 3's factors of frequencies must be positive and rising, not %s and %s.",
                    lowFactor,
                    highFactor);
        }

        @Override
        public double[] frequencies(int headWidth, double theta, long length) {
            double[] frequencies = plain(headWidth, theta);
            for (int i = 0; i < frequencies.length; i++) {
                double turns = trained * frequencies[i] / (2 * Math.PI); // within a text of the training
                double kept = Math.min(Math.max((turns - lowFactor) / (highFactor - lowFactor), 0), 1);
                frequencies[i] *= kept + (1 - kept) / factor;
            }
            return frequencies;
        }
    }

    /**
     * Frequencies that turn less than slow times within the training's texts are divided by the factor, those that turn
     * more than fast times stay, with a ramp over the pairs between (Peng et al. 2023, "YaRN", section 3.2).
     *
     * @param trained length of the training's texts
     * @param wholePairs whether the ramp begins and ends at whole pairs
     */
    record Yarn(double factor, float amplitude, double fast, double slow, long trained, boolean wholePairs)
            implements RotaryScaling {
        public Yarn {
            checkFactor(factor);
            checkLength(trained);
            Check.that(fast > 0 && slow > 0, "YaRN's numbers of turns must be positive, not %s and %s.", fast, slow);
        }

        @Override
        public double[] frequencies(int headWidth, double theta, long length) {
            double from = pair(fast, headWidth, theta);
            double to = pair(slow, headWidth, theta);
            double first = Math.max(wholePairs ? Math.floor(from) : from, 0);
            double last = Math.min(wholePairs ? Math.ceil(to) : to, headWidth - 1.0);
            double span = first == last ? 0.001 : last - first;
            double[] frequencies = plain(headWidth, theta);
            for (int i = 0; i < frequencies.length; i++) {
                double divided = Math.min(Math.max((i - first) / span, 0), 1);
                frequencies[i] *= divided / factor + (1 - divided);
            }
            return frequencies;
        }

        /** The pair, not a whole number, that turns so many times within the training's texts. */
        private double pair(double turns, int headWidth, double theta) {
            return headWidth * Math.log(trained / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
        }
    }

    /**
     * Every frequency is divided by a factor of its own, which was searched for (Ding et al. 2024, "LongRoPE", section
     * 3): by one of a second list where the text is longer than those of the training.
     *
     * @param trained length of the training's texts
     */
    record LongRope(List<Double> shortFactors, List<Double> longFactors, float amplitude, long trained)
            implements RotaryScaling {
        public LongRope {
            checkLength(trained);
            shortFactors = List.copyOf(shortFactors);
            longFactors = List.copyOf(longFactors);
            shortFactors.forEach(RotaryScaling::checkFactor);
            longFactors.forEach(RotaryScaling::checkFactor);
        }

        @Override
        public double[] frequencies(int headWidth, double theta, long length) {
            List<Double> factors = length > trained ? longFactors : shortFactors;
            double[] frequencies = plain(headWidth, theta);
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] /= factors.get(i);
            }
            return frequencies;
        }

        @Override
        public boolean dependsOnLength() {
            return true;
        }

        @Override
        public void check(int headWidth) {
            Check.that(
                    shortFactors.size() == headWidth / 2 && longFactors.size() == headWidth / 2,
                    "LongRoPE needs %d factors for heads %d wide, not %d short and %d long ones.",
                    headWidth / 2,
                    headWidth,
                    shortFactors.size(),
                    longFactors.size());
        }
    }
}
