package io.vitrail.vit.image;

import java.util.BitSet;
import java.util.stream.LongStream;

/**
 * Holds each JPEG stream within a TIFF (its technical note 2) against the strip or tile that it fills, before a decoder
 * takes memory for the sides that the stream itself states.
 */
final class TiffJpegs {
    private static final int START_OF_IMAGE = 0xFFD8;
    private static final int START_OF_SCAN = 0xDA;
    private static final int END_OF_IMAGE = 0xD9;
    /** Encoders may fill up a stream to whole units: of 8 samples, at most 4 in a row. */
    private static final int LARGEST_UNIT = 32;

    private final FileBytes file;
    private final long maximalWidth;
    private final long maximalHeight;
    private final BitSet seen = new BitSet(); // streams may lie upon each other: each byte is walked over once

    private TiffJpegs(FileBytes file, long width, long height) {
        this.file = file;
        maximalWidth = width + LARGEST_UNIT - 1;
        maximalHeight = height + LARGEST_UNIT - 1;
    }

    /**
     * Checks the streams that begin at these places; what doesn't begin as a JPEG no decoder takes for one.
     *
     * @param width of a strip or tile
     * @throws ImageException if a stream states a larger picture, or none, or is damaged before it does
     */
    static void check(FileBytes file, LongStream places, long width, long height) {
        TiffJpegs streams = new TiffJpegs(file, width, height);
        places.filter(place -> file.has(place, 2) && file.u16(place) == START_OF_IMAGE)
                .forEach(place -> streams.walk((int) place + 2));
    }

    /** From segment to segment, up to the frame header (ITU-T T.81, annex B). */
    private void walk(int first) {
        int at = first;
        while (!seen.get(at)) {
            seen.set(at);
            int marker = file.u8(at + 1);
            if (file.u8(at) != 0xFF || marker == START_OF_SCAN || marker == END_OF_IMAGE) {
                throw file.damaged("a TIFF with a JPEG stream that has no frame header.");
            }
            if (JpegHeader.isStartOfFrame(marker)) {
                checkSides(file.u16(at + 7), file.u16(at + 5));
                return;
            }
            at += marker == 0xFF ? 1 : JpegHeader.hasLength(marker) ? 2 + Math.max(2, file.u16(at + 2)) : 2;
        }
    }

    private void checkSides(int width, int height) {
        if (width > maximalWidth || height > maximalHeight) {
            throw file.damaged(String.format(
                    "a TIFF with a JPEG stream of %d x %d pixels in a strip or tile that is smaller.", width, height));
        }
    }
}
