package io.vitrail.vit.image;

/** What becomes of grey samples of 16 bits, which Pillow reads as plain numbers (mode I;16). */
public enum WideGrey {
    /** As Pillow's {@code convert("RGB")}, and so transformers, do it: whatever is above 255 is white. */
    CLIPPED,
    /** The upper 8 bits, as of colours, inverted where 0 is white: the picture looks as a viewer shows it. */
    SCALED;

    /** A sample of up to 16 bits in 8. */
    byte narrow(int sample, int bits) {
        return (byte)
                switch (this) {
                    case CLIPPED -> Math.min(sample, 255);
                    case SCALED -> sample >> bits - 8;
                };
    }
}
