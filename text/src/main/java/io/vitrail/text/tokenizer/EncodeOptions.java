package io.vitrail.text.tokenizer;

import io.vitrail.transformer.Check;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How texts are encoded. The defaults are the reference's: special tokens, no padding, no truncation.
 *
 * @param specialTokens whether to frame the texts with the model's special tokens
 * @param padding to which length
 * @param truncation which text is cut
 * @param maxLength tokens of a row, special ones included; without it the model's own maximum
 * @param multipleOf padded lengths are rounded up to a multiple of this; 1 for any length
 * @param stride how many tokens of a row that was cut its continuation repeats
 * @param overflow whether what was cut off continues in further rows
 * @param offsets whether to compute the place of every token in its text
 * @param paddingSide where padding goes; without it where the checkpoint wants it
 * @param truncationSide where tokens are cut off; without it where the checkpoint wants it
 */
public record EncodeOptions(
        boolean specialTokens,
        Padding padding,
        Truncation truncation,
        OptionalInt maxLength,
        int multipleOf,
        int stride,
        boolean overflow,
        boolean offsets,
        Optional<Side> paddingSide,
        Optional<Side> truncationSide) {
    /** Bounds what a padded row may allocate. */
    public static final int LONGEST = 1 << 20;

    public EncodeOptions {
        int most = maxLength.orElse(0);
        Check.that(most >= 0 && most <= LONGEST, "A maximum length of %d isn't within 0 and %d.", most, LONGEST);
        Check.that(multipleOf >= 1 && multipleOf <= LONGEST, "Rows can't be padded to a multiple of %d.", multipleOf);
        Check.that(stride >= 0, "The stride can't be negative (%d).", stride);
    }

    /** The reference's defaults. */
    public static EncodeOptions defaults() {
        return builder().build();
    }

    /** A batch for a model: padded to its longest row, cut to the model's maximum. */
    public static EncodeOptions batch() {
        return builder()
                .padding(Padding.LONGEST)
                .truncation(Truncation.LONGEST_FIRST)
                .build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; what isn't set keeps the reference's default. */
    public static final class Builder {
        private boolean specialTokens = true;
        private Padding padding = Padding.DO_NOT_PAD;
        private Truncation truncation = Truncation.DO_NOT_TRUNCATE;
        private OptionalInt maxLength = OptionalInt.empty();
        private int multipleOf = 1;
        private int stride;
        private boolean overflow;
        private boolean offsets;
        private Optional<Side> paddingSide = Optional.empty();
        private Optional<Side> truncationSide = Optional.empty();

        private Builder() {}

        public Builder specialTokens(boolean wanted) {
            specialTokens = wanted;
            return this;
        }

        public Builder padding(Padding wanted) {
            padding = wanted;
            return this;
        }

        public Builder truncation(Truncation wanted) {
            truncation = wanted;
            return this;
        }

        public Builder maxLength(int tokens) {
            maxLength = OptionalInt.of(tokens);
            return this;
        }

        public Builder multipleOf(int tokens) {
            multipleOf = tokens;
            return this;
        }

        public Builder stride(int tokens) {
            stride = tokens;
            return this;
        }

        public Builder overflow(boolean wanted) {
            overflow = wanted;
            return this;
        }

        public Builder offsets(boolean wanted) {
            offsets = wanted;
            return this;
        }

        public Builder paddingSide(Side side) {
            paddingSide = Optional.of(side);
            return this;
        }

        public Builder truncationSide(Side side) {
            truncationSide = Optional.of(side);
            return this;
        }

        public EncodeOptions build() {
            return new EncodeOptions(
                    specialTokens,
                    padding,
                    truncation,
                    maxLength,
                    multipleOf,
                    stride,
                    overflow,
                    offsets,
                    paddingSide,
                    truncationSide);
        }
    }
}
