package io.vitrail.vit.image;

import java.util.Locale;

/** How a processor resizes samples of 8 bits. */
record Resize(SizeRule rule, Resampling filter, ResizeArithmetic arithmetic) {
    /** Leaves pictures as they are. */
    static final Resize NONE = new Resize(new SizeRule.Unchanged(), Resampling.NEAREST, ResizeArithmetic.PILLOW);

    /** A part of the picture that was resized to a size. */
    Pixels apply(Pixels pixels, SizeRule.Size size, Window part) {
        return switch (arithmetic) {
            case PILLOW -> PillowResize.to(size.width(), size.height(), filter).apply(pixels, part);
            case PYTORCH -> {
                Axis columns = Axis.whole(pixels.width(), size.width()); // weights depend on all output pixels
                Axis rows = Axis.whole(pixels.height(), size.height());
                Pixels whole = new Resampler(pixels, columns, rows, arithmetic).resize(filter);
                yield whole.crop(part.left(), part.top(), part.width(), part.height());
            }
        };
    }

    @Override
    public String toString() {
        String style = arithmetic == ResizeArithmetic.PILLOW ? "" : "as a tensor ";
        return "resize " + style + "to " + rule + " (" + filter.name().toLowerCase(Locale.ROOT) + ")";
    }
}
