package io.vitrail.vit.image;

import io.vitrail.transformer.Check;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Pillow's {@code Image.resize} (version 13), bit for bit, for samples of 8 bits: an antialiased, separable filter in
 * fixed-point numbers. OpenCV's and PyTorch's resizers give other pixels.
 *
 * @param box the part of the picture to scale; all of it if empty
 * @param reducingGap if given, the picture is first reduced by whole numbers, so that the filter still shrinks it by
 *     this factor: faster, and not quite the same
 */
public record PillowResize(int width, int height, Resampling filter, Optional<Box> box, OptionalDouble reducingGap) {
    public PillowResize {
        Check.that(width > 0 && height > 0, "Height (%d) and width (%d) must be > 0.", height, width);
        Check.that(reducingGap.orElse(1) >= 1, "The reducing gap (%s) must be 1.0 or greater.", reducingGap.orElse(1));
    }

    /** Resizes the whole picture to width × height. */
    public static PillowResize to(int width, int height, Resampling filter) {
        return new PillowResize(width, height, filter, Optional.empty(), OptionalDouble.empty());
    }

    /** Resizes only this part of the picture. */
    public PillowResize withBox(Box part) {
        return new PillowResize(width, height, filter, Optional.of(part), reducingGap);
    }

    /** Allows to reduce the picture by whole numbers first. */
    public PillowResize withReducingGap(double gap) {
        return new PillowResize(width, height, filter, box, OptionalDouble.of(gap));
    }

    /**
     * The resized picture.
     *
     * @throws IllegalArgumentException if the box doesn't lie within the picture
     */
    public Pixels apply(Pixels source) {
        return apply(source, new Window(0, 0, width, height));
    }

    /** A part of the resized picture; the rest of it isn't computed. */
    Pixels apply(Pixels source, Window wanted) {
        Box part = box.orElse(Box.of(source));
        boolean same = source.width() == width && source.height() == height && part.equals(Box.of(source));
        if (same || filter == Resampling.NEAREST) {
            return resampled(source, part, wanted);
        }
        Pixels x = source.mode().hasAlpha() ? Premultiplied.of(source) : source;
        x = reducingGap.isPresent() ? reducedAndResampled(x, part, wanted) : resampled(x, part, wanted);
        return source.mode().hasAlpha() ? Premultiplied.undo(x) : x;
    }

    private Pixels reducedAndResampled(Pixels source, Box part, Window wanted) {
        double gap = reducingGap.orElseThrow();
        int factorX = Math.max(1, (int) (part.width() / width / gap));
        int factorY = Math.max(1, (int) (part.height() / height / gap));
        if (factorX == 1 && factorY == 1) {
            return resampled(source, part, wanted);
        }
        // The part, widened by the pixels that the filter reaches beyond its edges.
        double reach = filter.support() - 0.5;
        double reachX = reach * (part.width() / width);
        double reachY = reach * (part.height() / height);
        int left = Math.max(0, (int) (part.left() - reachX));
        int top = Math.max(0, (int) (part.top() - reachY));
        int right = Math.min(source.width(), (int) Math.ceil(part.right() + reachX));
        int bottom = Math.min(source.height(), (int) Math.ceil(part.bottom() + reachY));
        Check.that(left < right && top < bottom, "The box can't be empty: %s.", part);
        Pixels reduced = PillowReduce.reduce(source.crop(left, top, right - left, bottom - top), factorX, factorY);
        Box reducedPart = new Box(
                (part.left() - left) / factorX,
                (part.top() - top) / factorY,
                (part.right() - left) / factorX,
                (part.bottom() - top) / factorY);
        return resampled(reduced, reducedPart, wanted);
    }

    private Pixels resampled(Pixels source, Box part, Window wanted) {
        return Resampler.of(source, part, width, height).only(wanted).resize(filter);
    }
}
