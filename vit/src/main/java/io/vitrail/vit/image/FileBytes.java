package io.vitrail.vit.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An encoded picture in memory. Reading outside it says that the file is cut off, instead of failing anyhow. */
record FileBytes(byte[] bytes, String name) {
    int size() {
        return bytes.length;
    }

    /** Whether these bytes are there: formats use it where a missing rest is no error. */
    boolean has(long at, long length) {
        return at >= 0 && length >= 0 && length <= bytes.length - at;
    }

    int u8(long at) {
        if (!has(at, 1)) {
            throw cutOff();
        }
        return bytes[(int) at] & 0xFF;
    }

    int u16(long at) {
        return u8(at) << 8 | u8(at + 1);
    }

    int u16Little(long at) {
        return u8(at) | u8(at + 1) << 8;
    }

    long u32(long at) {
        return (long) u16(at) << 16 | u16(at + 2);
    }

    long u32Little(long at) {
        return u16Little(at) | (long) u16Little(at + 2) << 16;
    }

    /** Eight bytes; what is too large for a place in a file comes out negative, or out of reach. */
    long u64(long at) {
        return u32(at) << 32 | u32(at + 4);
    }

    long u64Little(long at) {
        return u32Little(at) | u32Little(at + 4) << 32;
    }

    /** Whether the Latin-1 text stands there. */
    boolean says(long at, String text) {
        byte[] expected = text.getBytes(StandardCharsets.ISO_8859_1);
        if (!has(at, expected.length)) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (bytes[(int) at + i] != expected[i]) {
                return false;
            }
        }
        return true;
    }

    /** A part, or what is there of it. */
    byte[] part(long at, long length) {
        int from = (int) Math.min(at, bytes.length);
        int to = (int) Math.min(from + length, bytes.length);
        return Arrays.copyOfRange(bytes, from, to);
    }

    ImageException cutOff() {
        return ImageException.of("The picture is cut off.", name, "get the whole file again from its source.");
    }

    ImageException damaged(String what) {
        return ImageException.of("The picture is damaged: " + what, name, "get the file again from its source.");
    }

    ImageException unsupported(String what) {
        return ImageException.of(what + " can't be read yet.", name, "convert it: " + ImageFormat.SUPPORTED);
    }
}
