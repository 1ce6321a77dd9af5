package io.vitrail.transformer.weights;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the primitives of one or more pickles one after another from a part of a file, and counts the steps of their
 * reading: these bound the time and the memory that a hostile pickle can take.
 */
final class PickleInput {
    private static final int MOST_STEPS = 1_000_000; // about 45 a tensor
    private static final int CHUNK = 1 << 16;
    private static final int LONGEST_PIECE = 1 << 24; // one text or byte string
    private static final int LONGEST_INTEGER = 256;
    private static final int LONGEST_LINE = 1000; // a name of a module or class

    private final FileRegion region;
    private long chunkStart;
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private long steps;

    PickleInput(FileRegion region) {
        this.region = region;
    }

    /** Where the next byte lies in the region. */
    long position() {
        return chunkStart + chunk.position();
    }

    private long remaining() {
        return region.length() - position();
    }

    /** The next opcode; a step. */
    int opcode() {
        spend(1);
        return unsignedByte();
    }

    void spend(long count) {
        steps += count;
        RefusedPickle.unless(steps <= MOST_STEPS, "It takes more than %d steps to read.", MOST_STEPS);
    }

    int unsignedByte() {
        return Byte.toUnsignedInt(next(1).get());
    }

    int unsignedShort() {
        return Short.toUnsignedInt(next(Short.BYTES).getShort());
    }

    int signedInt() {
        return next(Integer.BYTES).getInt();
    }

    long signedLong() {
        return next(Long.BYTES).getLong();
    }

    /** Python writes this one number big-endian. */
    double bigEndianDouble() {
        return Double.longBitsToDouble(Long.reverseBytes(signedLong()));
    }

    /** A little-endian two's complement number of that many bytes. */
    Number integer(int length) {
        RefusedPickle.unless(length <= LONGEST_INTEGER, "It holds a number of %d bytes.", length);
        byte[] bytes = bytes(length);
        for (int i = 0, j = length - 1; i < j; i++, j--) {
            byte swapped = bytes[i];
            bytes[i] = bytes[j];
            bytes[j] = swapped;
        }
        BigInteger value = length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
        return value.bitLength() < Long.SIZE ? (Number) value.longValue() : value;
    }

    byte[] bytes(long length) {
        requireRemaining(length);
        RefusedPickle.unless(length <= LONGEST_PIECE, "It holds a text or byte string of %d bytes.", length);
        byte[] bytes = new byte[(int) length];
        next(bytes.length).get(bytes);
        return bytes;
    }

    String text(long length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(length)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new RefusedPickle("It holds a text that isn't UTF-8.");
        }
    }

    /** Text up to the next line feed, which is consumed. */
    String line() {
        StringBuilder line = new StringBuilder();
        for (int c = unsignedByte(); c != '\n'; c = unsignedByte()) {
            line.append((char) c);
            RefusedPickle.unless(line.length() <= LONGEST_LINE, "It holds a name that never ends.");
        }
        return line.toString();
    }

    private void requireRemaining(long length) {
        RefusedPickle.unless(
                length >= 0 && length <= remaining(), "It ends within a value, after %d bytes.", region.length());
    }

    /** A buffer with at least so many bytes from the current position on; getting them advances it. */
    private ByteBuffer next(int length) {
        if (chunk.remaining() < length) {
            requireRemaining(length);
            chunkStart = position();
            int size = (int) Math.min(region.length() - chunkStart, Math.max(CHUNK, length));
            chunk = region.part(chunkStart, size).copy();
        }
        return chunk;
    }
}
