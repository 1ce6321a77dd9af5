package io.vitrail.text.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A text that grows byte by byte, in UTF-8. */
final class ByteSink {
    private byte[] bytes;
    private int length;

    ByteSink(int capacity) {
        bytes = new byte[Math.max(capacity, 16)];
    }

    void append(byte value) {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * length);
        }
        bytes[length++] = value;
    }

    void append(byte[] values) {
        for (byte value : values) {
            append(value);
        }
    }

    int length() {
        return length;
    }

    byte get(int index) {
        return bytes[index];
    }

    boolean endsWith(byte[] suffix) {
        return length >= suffix.length
                && Arrays.equals(bytes, length - suffix.length, length, suffix, 0, suffix.length);
    }

    /** Drops the last bytes. */
    void shorten(int count) {
        length -= count;
    }

    /** The text; bytes that aren't UTF-8 become U+FFFD. */
    String text() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
