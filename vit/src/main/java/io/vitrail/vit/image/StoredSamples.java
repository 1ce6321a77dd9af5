package io.vitrail.vit.image;

/** How a file holds its samples, where that decides how they become 8 bits each. */
enum StoredSamples {
    /** At most 8 bits a sample, or a kind that the decoder turns into 8 bits as Pillow does. */
    EIGHT_BITS,
    /** One grey sample of 16 bits. Pillow's conversion from mode I;16 clips it: whatever is above 255 is white. */
    GREY_16,
    /** Colour samples of 16 bits, of which Pillow takes the upper 8. */
    COLOUR_16,
    /** A pixel of 16 bits, 5 for each colour. */
    PACKED_555,
    /** A pixel of 16 bits, 6 of them for green. */
    PACKED_565
}
