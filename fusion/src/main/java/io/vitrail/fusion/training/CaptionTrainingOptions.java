package io.vitrail.fusion.training;

import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.FineTuningBuilder;
import io.vitrail.transformer.training.Span;

/**
 * What a captioner's training has beside a {@link FineTuning}.
 *
 * @param epochs over what
 * @param decoder its sizes
 * @param pictures how much is seen of them
 * @param hiddenWords part of the words that aren't told
 */
public record CaptionTrainingOptions(Epochs epochs, Decoder decoder, Pictures pictures, double hiddenWords) {
    public CaptionTrainingOptions {
        Check.that(hiddenWords >= 0 && hiddenWords < 1, "hiddenWords must be in [0, 1), not %s", hiddenWords);
    }

    /**
     * First the captions that have no picture of their own, then the captioned photos.
     *
     * @param loose over captions that were given pictures alike
     * @param photos over captioned photos
     */
    public record Epochs(int loose, int photos) {
        public Epochs {
            Check.that(
                    loose >= 0 && photos >= 0 && loose + photos > 0 && loose <= 1000 && photos <= 1000,
                    "There must be 1 to 1000 epochs, not %d and %d.",
                    loose,
                    photos);
        }

        public int all() {
            return loose + photos;
        }
    }

    /**
     * Sizes of the decoder.
     *
     * @param width of its tokens
     * @param depth number of layers
     * @param vocabulary most words, special tokens included
     * @param longest caption, in words with beginning and end
     * @param dropout part of the numbers that are left out
     */
    public record Decoder(int width, int depth, int vocabulary, int longest, float dropout) {
        private static final int HEAD_WIDTH = 32;

        public Decoder {
            Check.that(
                    width > 0 && width % HEAD_WIDTH == 0 && width <= 1024,
                    "width (%d) must be a multiple of %d up to 1024",
                    width,
                    HEAD_WIDTH);
            Check.that(depth > 0 && depth <= 24, "depth (%d) must be 1 to 24", depth);
            Check.that(vocabulary >= 10 && vocabulary <= 50_000, "vocabulary (%d) must be 10 to 50000", vocabulary);
            Check.that(longest >= 4 && longest <= 256, "longest (%d) must be 4 to 256", longest);
            Check.that(dropout >= 0 && dropout < 1, "dropout must be in [0, 1), not %s", dropout);
        }

        EncoderConfig layers() {
            return new EncoderConfig(width, depth, width / HEAD_WIDTH, 4 * width, 1e-6f, Activation.GELU, Bias.PRESENT);
        }
    }

    /**
     * What is seen.
     *
     * @param views of each captioned photo
     * @param each most pictures of a named class
     * @param photosAlike most photos that a caption without a picture may be about
     * @param leastAlike how much their own captions must be alike, 0 to 1
     */
    public record Pictures(int views, int each, int photosAlike, double leastAlike) {
        public Pictures {
            Check.that(views >= 1 && views <= 100, "views (%d) must be 1 to 100", views);
            Check.that(each >= 0, "each (%d) must not be negative", each);
            Check.that(photosAlike >= 0, "photosAlike (%d) must not be negative", photosAlike);
        }
    }

    /** Those of the embedded captioner. */
    public static CaptionTrainingOptions defaults() {
        return new CaptionTrainingOptions(
                new Epochs(2, 12), new Decoder(192, 3, 3000, 24, 0.2f), new Pictures(8, 150, 5, 0.3), 0.1);
    }

    /** What serves a small decoder: all epochs in batches of 64, a cosine from 1e-3, averaged weights. */
    public FineTuningBuilder tuning() {
        return FineTuning.builder()
                .length(new Span.Epochs(epochs.all()))
                .batch(64)
                .rate(1e-3)
                .warmUp(new Span.Steps(200))
                .weightDecay(0.05)
                .labelSmoothing(0.1)
                .averageDecay(0.998);
    }
}
