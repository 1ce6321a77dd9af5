package io.vitrail.vit.image;

import io.vitrail.transformer.Check;

/** Scales a box of a picture, by the nearest pixels or by a filter; the box's edges are single-precision numbers. */
record Resampler(Pixels source, float left, float top, float right, float bottom) {
    static Resampler of(Pixels source, Box box) {
        return new Resampler(source, (float) box.left(), (float) box.top(), (float) box.right(), (float) box.bottom());
    }

    Resampler {
        Check.that(left >= 0 && top >= 0, "The box's left (%s) and top (%s) can't be negative.", left, top);
        Check.that(
                right <= source.width() && bottom <= source.height(),
                "The box (right %s, bottom %s) can't exceed the picture of %d x %d pixels.",
                right,
                bottom,
                source.width(),
                source.height());
        Check.that(
                left <= right && top <= bottom,
                "The box can't be empty: %s to %s, %s to %s.",
                left,
                right,
                top,
                bottom);
    }

    Pixels resize(int width, int height, Resampling filter) {
        if (left == (int) left && right - left == width && top == (int) top && bottom - top == height) {
            return source.crop((int) left, (int) top, width, height);
        }
        return filter == Resampling.NEAREST ? nearest(width, height) : filtered(width, height, filter);
    }

    private Pixels nearest(int width, int height) {
        int[] columns = nearest(left, right, width, source.width());
        int[] rows = nearest(top, bottom, height, source.height());
        int channels = source.channels();
        byte[] from = source.raw();
        byte[] to = Pixels.room(width, height, channels);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int pixel = rows[y] * source.width() + columns[x];
                int out = y * width + x;
                for (int c = 0; c < channels && rows[y] >= 0 && columns[x] >= 0; c++) {
                    to[out * channels + c] = from[pixel * channels + c];
                }
            }
        }
        return new Pixels(source.mode(), to, width, height);
    }

    /** The input pixel under the centre of each output pixel, or -1 outside; summed up step by step, as Pillow does. */
    private static int[] nearest(float from, float to, int outputSize, int inputSize) {
        int[] pixels = new int[outputSize];
        double step = (double) (to - from) / outputSize;
        double place = from + step * 0.5;
        for (int i = 0; i < outputSize; i++, place += step) {
            pixels[i] = place < inputSize ? (int) place : -1;
        }
        return pixels;
    }

    private Pixels filtered(int width, int height, Resampling filter) {
        boolean horizontal = width != source.width() || left != 0 || right != width;
        boolean vertical = height != source.height() || top != 0 || bottom != height;
        ResampleWeights columns = ResampleWeights.of(source.width(), left, right, width, filter);
        ResampleWeights rows = ResampleWeights.of(source.height(), top, bottom, height, filter);
        if (!horizontal) {
            return vertical ? new VerticalPass(source, rows, 0).run() : source;
        }
        if (vertical && isVerticalFirst(width, height)) {
            Pixels lower = new VerticalPass(source, rows, 0).run();
            return new HorizontalPass(lower, columns, 0, height).run();
        }
        Pixels narrower = new HorizontalPass(source, columns, rows.begin(), rows.end() - rows.begin()).run();
        return vertical ? new VerticalPass(narrower, rows, rows.begin()).run() : narrower;
    }

    /**
     * Pillow's rule since version 13; before, rows always came first. The order shows, since each pass rounds to 8
     * bits.
     */
    private boolean isVerticalFirst(int width, int height) {
        int shorter = source.height() - height;
        return shorter > 0 && shorter > 2L * (source.width() - width);
    }
}
