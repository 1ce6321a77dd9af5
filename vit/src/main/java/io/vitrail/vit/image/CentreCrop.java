package io.vitrail.vit.image;

/** Keeps the middle of a picture; where the picture is smaller than that, black surrounds it. */
record CentreCrop(int height, int width, Surplus surplus) {
    /** Where there is one black pixel more, if their number is odd. */
    enum Surplus {
        /** On the left and above, as where transformers crops NumPy arrays. */
        BEFORE,
        /** On the right and below, as where it crops PyTorch tensors. */
        AFTER
    }

    /** What is kept, in the picture's pixels; it reaches beyond a picture that is smaller. */
    Window of(SizeRule.Size picture) {
        return new Window(offset(picture.width(), width), offset(picture.height(), height), width, height);
    }

    private int offset(int size, int cropped) {
        int spare = size - cropped;
        return surplus == Surplus.BEFORE ? Math.floorDiv(spare, 2) : spare / 2;
    }

    @Override
    public String toString() {
        return "centre crop " + height + " x " + width;
    }
}
