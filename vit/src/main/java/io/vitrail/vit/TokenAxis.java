package io.vitrail.vit;

/**
 * Where the rows or the columns of a grid of tokens lie along one side of a picture, in its pixels.
 *
 * @param first the centre of the first
 * @param pitch from one centre to the next
 * @param start where what the tokens see begins
 * @param end where it ends
 */
public record TokenAxis(double first, double pitch, double start, double end) {
    /** Of patches side by side, as far as they lie within the picture. */
    public static TokenAxis ofPatches(int count, int patch, int length) {
        return new TokenAxis(patch / 2.0, patch, 0, Math.min((double) count * patch, length));
    }

    /** Of so many tokens each that became one. */
    TokenAxis joined(int count) {
        return new TokenAxis(first + (count - 1) * pitch / 2, count * pitch, start, end);
    }

    /**
     * The same places in another picture, of which this axis' picture shows a part.
     *
     * @param origin where this axis' picture begins in the other
     * @param scale pixels of the other in one of this
     * @param length of the other; what lies beyond isn't seen
     */
    public TokenAxis in(double origin, double scale, int length) {
        return new TokenAxis(
                origin + scale * first,
                scale * pitch,
                Math.max(0, origin + scale * start),
                Math.min(length, origin + scale * end));
    }
}
