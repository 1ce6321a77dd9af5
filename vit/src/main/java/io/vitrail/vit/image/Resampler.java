package io.vitrail.vit.image;

import io.vitrail.transformer.Check;

/** Scales a picture of 8 bits a sample, by the nearest pixels or by a filter. */
record Resampler(Pixels source, Axis columns, Axis rows, ResizeArithmetic arithmetic) {
    /** Scales a box, as Pillow does, to width × height pixels. */
    static Resampler of(Pixels source, Box box, int width, int height) {
        float left = (float) box.left();
        float top = (float) box.top();
        float right = (float) box.right();
        float bottom = (float) box.bottom();
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
        Axis columns = new Axis(source.width(), left, right, width, 0, width);
        Axis rows = new Axis(source.height(), top, bottom, height, 0, height);
        return new Resampler(source, columns, rows, ResizeArithmetic.PILLOW);
    }

    /** Computes a part of the result alone. */
    Resampler only(Window part) {
        return new Resampler(
                source,
                columns.wanting(part.left(), part.width()),
                rows.wanting(part.top(), part.height()),
                arithmetic);
    }

    Pixels resize(Resampling filter) {
        if (columns.isCopy() && rows.isCopy()) {
            return source.crop(columns.copiedFrom(), rows.copiedFrom(), columns.count(), rows.count());
        }
        return filter == Resampling.NEAREST ? nearest() : filtered(filter);
    }

    private Pixels nearest() {
        int[] from = arithmetic.nearest(columns);
        int[] fromRow = arithmetic.nearest(rows);
        int channels = source.channels();
        byte[] samples = source.raw();
        byte[] to = Pixels.room(columns.count(), rows.count(), channels);
        for (int y = 0; y < fromRow.length; y++) {
            for (int x = 0; x < from.length; x++) {
                int pixel = fromRow[y] * source.width() + from[x];
                int out = y * from.length + x;
                for (int c = 0; c < channels && fromRow[y] >= 0 && from[x] >= 0; c++) {
                    to[out * channels + c] = samples[pixel * channels + c];
                }
            }
        }
        return new Pixels(source.mode(), to, columns.count(), rows.count());
    }

    private Pixels filtered(Resampling filter) {
        if (columns.isCopy()) {
            ResampleWeights vertical = weights(rows, filter);
            int height = vertical.end() - vertical.begin();
            Pixels part = source.crop(columns.copiedFrom(), vertical.begin(), columns.count(), height);
            return new VerticalPass(part, vertical, vertical.begin()).run();
        }
        ResampleWeights horizontal = weights(columns, filter);
        if (rows.isCopy()) {
            return new HorizontalPass(source, horizontal, rows.copiedFrom(), rows.count()).run();
        }
        ResampleWeights vertical = weights(rows, filter);
        if (arithmetic.isVerticalFirst(columns, rows)) {
            Pixels lower = new VerticalPass(source, vertical, 0).run();
            return new HorizontalPass(lower, horizontal, 0, rows.count()).run();
        }
        int height = vertical.end() - vertical.begin();
        Pixels narrower = new HorizontalPass(source, horizontal, vertical.begin(), height).run();
        return new VerticalPass(narrower, vertical, vertical.begin()).run();
    }

    private ResampleWeights weights(Axis axis, Resampling filter) {
        return ResampleWeights.of(axis, filter, arithmetic);
    }
}
