package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import io.vitrail.vit.image.Box;
import io.vitrail.vit.image.PillowResize;
import io.vitrail.vit.image.Resampling;
import java.util.List;

/** Pictures to measure accuracy on, processed as for inference: all squares of one side. */
public final class EvaluationSet {
    /** Which part of a photo becomes the square. */
    public enum Framing {
        /** All of it, squeezed: nothing is lost at the edges. */
        WHOLE,
        /** The largest square in the middle: nothing is squeezed. */
        CENTRE;

        private Box of(Picture picture) {
            double width = this == WHOLE ? picture.width() : picture.shortSide();
            double height = this == WHOLE ? picture.height() : picture.shortSide();
            double left = (picture.width() - width) / 2;
            double top = (picture.height() - height) / 2;
            return new Box(left, top, left + width, top + height);
        }
    }

    private final String name;
    private final int side;
    private final List<Picture> squares;
    private final List<Integer> labels;

    private EvaluationSet(String name, int side, List<Picture> squares, List<Integer> labels) {
        this.name = name;
        this.side = side;
        this.squares = squares;
        this.labels = labels;
    }

    /** Resizes all pictures of a set as Pillow does (bicubic). */
    public static EvaluationSet of(PictureSet set, int side, Framing framing) {
        Check.that(side > 0, "the side must be positive, not %d", side);
        PillowResize resize = PillowResize.to(side, side, Resampling.BICUBIC);
        List<Picture> squares = set.pictures().stream()
                .map(picture -> resize.withBox(framing.of(picture)).apply(picture.pixels()))
                .map(Picture::of)
                .toList();
        return new EvaluationSet(set.name(), side, squares, set.labels());
    }

    /** The same after each picture was shrunk to a short side of few pixels, and so lost its details. */
    public static EvaluationSet shrunk(PictureSet set, int shortSide, int side, Framing framing) {
        List<Picture> small = set.pictures().stream()
                .map(picture -> {
                    double factor = shortSide / (double) picture.shortSide();
                    int width = (int) Math.round(picture.width() * factor);
                    int height = (int) Math.round(picture.height() * factor);
                    return PillowResize.to(width, height, Resampling.BICUBIC).apply(picture.pixels());
                })
                .map(Picture::of)
                .toList();
        return of(new PictureSet(set.name() + " at " + shortSide + " px", small, set.labels()), side, framing);
    }

    public String name() {
        return name;
    }

    public int side() {
        return side;
    }

    public int size() {
        return squares.size();
    }

    int label(int i) {
        return labels.get(i);
    }

    /** [count, 3, side, side], normalised. */
    float[] pixels(int first, int count, Normalization normalization) {
        float[] pixels = new float[count * 3 * side * side];
        float[] square = new float[3 * side * side];
        for (int i = 0; i < count; i++) {
            byte[] rgb = squares.get(first + i).rgb();
            for (int j = 0; j < rgb.length; j++) {
                square[j] = rgb[j] & 0xff;
            }
            normalization.toPlanes(square, false, side, pixels, i * square.length);
        }
        return pixels;
    }
}
