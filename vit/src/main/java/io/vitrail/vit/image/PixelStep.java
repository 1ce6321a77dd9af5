package io.vitrail.vit.image;

import java.util.Locale;

/** A step of a processor on samples of 8 bits. */
sealed interface PixelStep {
    Pixels apply(Pixels pixels);

    /** Resizes as Pillow does. */
    record Resize(SizeRule rule, Resampling filter) implements PixelStep {
        @Override
        public Pixels apply(Pixels pixels) {
            SizeRule.Size size = rule.of(pixels.height(), pixels.width());
            return PillowResize.to(size.width(), size.height(), filter).apply(pixels);
        }

        @Override
        public String toString() {
            return "resize to " + rule + " (" + filter.name().toLowerCase(Locale.ROOT) + ")";
        }
    }

    /** Keeps the middle; where the picture is smaller than that, black surrounds it. */
    record CentreCrop(int height, int width) implements PixelStep {
        @Override
        public Pixels apply(Pixels pixels) {
            int left = offset(pixels.width(), width);
            int top = offset(pixels.height(), height);
            int copiedWidth = Math.min(width, pixels.width());
            int copiedHeight = Math.min(height, pixels.height());
            if (copiedWidth == width && copiedHeight == height) {
                return pixels.crop(left, top, width, height);
            }
            int channels = pixels.channels();
            byte[] cropped = Pixels.room(width, height, channels);
            for (int y = 0; y < copiedHeight; y++) {
                int from = (Math.max(0, top) + y) * pixels.width() + Math.max(0, left);
                int to = (Math.max(0, -top) + y) * width + Math.max(0, -left);
                System.arraycopy(pixels.raw(), from * channels, cropped, to * channels, copiedWidth * channels);
            }
            return new Pixels(pixels.mode(), cropped, width, height);
        }

        /** Where the crop begins, rounded down; negative if it begins before the picture. */
        private static int offset(int size, int cropped) {
            return Math.floorDiv(size - cropped, 2);
        }

        @Override
        public String toString() {
            return "centre crop " + height + " x " + width;
        }
    }
}
