package io.vitrail.vit.image;

/** Keeps the middle of a picture; where the picture is smaller than that, black surrounds it. */
record CentreCrop(int height, int width, Surplus surplus) {
    /** Where there is one black pixel more, if their number is odd. */
    enum Surplus {
        /** On the left and above, as where transformers crops NumPy arrays. */
        BEFORE,
        /** On the right and below, as where it crops PyTorch tensors. */
        AFTER,
        /** As AFTER; where an odd number of pixels is cut off, an even one before the picture: as torchvision does. */
        AFTER_EVEN
    }

    /** What is kept, in the picture's pixels; it reaches beyond a picture that is smaller. */
    Window of(SizeRule.Size picture) {
        return new Window(offset(picture.width(), width), offset(picture.height(), height), width, height);
    }

    private int offset(int size, int cropped) {
        int spare = size - cropped;
        return switch (surplus) {
            case BEFORE -> Math.floorDiv(spare, 2);
            case AFTER -> spare / 2;
            case AFTER_EVEN -> spare < 0 ? spare / 2 : (int) Math.rint(spare / 2.0);
        };
    }

    @Override
    public String toString() {
        return "centre crop " + height + " x " + width;
    }
}
