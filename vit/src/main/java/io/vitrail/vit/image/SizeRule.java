package io.vitrail.vit.image;

import io.vitrail.transformer.Check;

/**
 * How a processor derives the size that a picture is resized to. Each rule's arithmetic and rounding is transformers'.
 */
sealed interface SizeRule {
    /** A height and a width, in pixels. */
    record Size(int height, int width) {
        public Size {
            Check.that(
                    height > 0 && width > 0,
                    "A picture can't be resized to %d x %d pixels.%n  try:  one that isn't so narrow.",
                    height,
                    width);
        }

        @Override
        public String toString() {
            return height + " x " + width;
        }
    }

    Size of(int height, int width);

    /** The picture's own: it isn't resized. */
    record Unchanged() implements SizeRule {
        @Override
        public Size of(int height, int width) {
            return new Size(height, width);
        }
    }

    /** Always the same; the aspect ratio is lost. */
    record Exact(int height, int width) implements SizeRule {
        @Override
        public Size of(int pictureHeight, int pictureWidth) {
            return new Size(height, width);
        }

        @Override
        public String toString() {
            return height + " x " + width;
        }
    }

    /** The shorter edge becomes this long; the other one follows, rounded down. */
    record ShortestEdge(int edge) implements SizeRule {
        @Override
        public Size of(int height, int width) {
            double longer = (double) ((long) edge * Math.max(height, width)) / Math.min(height, width);
            Check.that(
                    longer <= Integer.MAX_VALUE,
                    "A picture of %d x %d pixels (height x width) is too long to get a shortest edge of %d.",
                    height,
                    width,
                    edge);
            return width <= height ? new Size((int) longer, edge) : new Size(edge, (int) longer);
        }

        @Override
        public String toString() {
            return "shortest edge " + edge;
        }
    }

    /** The shorter edge becomes this long, unless the other one would then be longer than allowed. */
    record LimitedEdge(int shortest, int longest) implements SizeRule {
        @Override
        public Size of(int height, int width) {
            double shorter = Math.min(height, width);
            double longer = Math.max(height, width);
            double exact = shortest;
            int edge = shortest;
            if (longer / shorter * shortest > longest) {
                exact = longest * shorter / longer;
                edge = (int) Math.rint(exact);
            }
            if (shorter == edge) {
                return new Size(height, width);
            }
            return width < height
                    ? new Size((int) (exact * height / width), edge)
                    : new Size(edge, (int) (exact * width / height));
        }

        @Override
        public String toString() {
            return "shortest edge " + shortest + ", longest at most " + longest;
        }
    }

    /**
     * Idefics3's: the longer edge becomes this long, but no longer than 4096; the other one follows, rounded down, and
     * then up to an even number.
     */
    record LongestEdge(int edge) implements SizeRule {
        private static final int MOST = 4096;

        @Override
        public Size of(int height, int width) {
            double aspect = (double) width / height;
            return width >= height
                    ? limited(Math.max(1, even((int) (edge / aspect))), edge)
                    : limited(edge, Math.max(1, even((int) (edge * aspect))));
        }

        private static long even(int shorter) {
            return shorter + (long) shorter % 2;
        }

        private static Size limited(long height, long width) {
            double aspect = (double) width / height;
            if (width >= height && width > MOST) {
                return new Size(Math.max(1, (int) (MOST / aspect)), MOST);
            }
            if (height > width && height > MOST) {
                return new Size(MOST, Math.max(1, (int) (MOST * aspect)));
            }
            return new Size((int) height, (int) width);
        }

        @Override
        public String toString() {
            return "longest edge " + edge;
        }
    }

    /** As large as fits in a rectangle. */
    record Within(int maxHeight, int maxWidth) implements SizeRule {
        @Override
        public Size of(int height, int width) {
            double scale = Math.min((double) maxHeight / height, (double) maxWidth / width);
            return new Size((int) (height * scale), (int) (width * scale));
        }

        @Override
        public String toString() {
            return "at most " + maxHeight + " x " + maxWidth;
        }
    }

    /**
     * ViLT's: the shorter edge becomes this long, the other one at most 1333/800 of it; both multiples of a divisor,
     * rounded down.
     */
    record DivisibleEdge(int shortest, int divisor) implements SizeRule {
        @Override
        public Size of(int height, int width) {
            int longest = (int) (1333.0 / 800 * shortest);
            double scale = (double) shortest / Math.min(height, width);
            double newHeight = height < width ? shortest : scale * height;
            double newWidth = height < width ? scale * width : shortest;
            double longer = Math.max(newHeight, newWidth);
            if (longer > longest) {
                newHeight = longest / longer * newHeight;
                newWidth = longest / longer * newWidth;
            }
            return new Size((int) (newHeight + 0.5) / divisor * divisor, (int) (newWidth + 0.5) / divisor * divisor);
        }

        @Override
        public String toString() {
            return "shortest edge " + shortest + ", multiples of " + divisor;
        }
    }
}
