package io.vitrail.vit.image;

/** A rectangle of a picture, in pixels from its upper left corner; edges may lie between pixels. */
public record Box(double left, double top, double right, double bottom) {
    static Box of(Pixels pixels) {
        return new Box(0, 0, pixels.width(), pixels.height());
    }

    double width() {
        return right - left;
    }

    double height() {
        return bottom - top;
    }
}
