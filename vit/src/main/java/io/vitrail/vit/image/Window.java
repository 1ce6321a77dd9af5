package io.vitrail.vit.image;

/** A rectangle of whole pixels: its upper left corner and its size. */
record Window(int left, int top, int width, int height) {
    /** All of a picture. */
    static Window of(SizeRule.Size picture) {
        return new Window(0, 0, picture.width(), picture.height());
    }

    /** The part that lies within a picture. */
    Window within(SizeRule.Size picture) {
        int right = Math.min(picture.width(), left + width);
        int bottom = Math.min(picture.height(), top + height);
        int x = Math.max(0, left);
        int y = Math.max(0, top);
        return new Window(x, y, right - x, bottom - y);
    }
}
