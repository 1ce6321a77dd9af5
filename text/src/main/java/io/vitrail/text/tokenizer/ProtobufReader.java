package io.vitrail.text.tokenizer;

import io.vitrail.transformer.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads a message of protocol buffers field by field. Lengths are checked, nothing recurses, and fields that nobody
 * asks about are skipped. Not thread-safe.
 */
final class ProtobufReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteBuffer bytes;
    private int wireType;

    ProtobufReader(byte[] bytes) {
        this(ByteBuffer.wrap(bytes));
    }

    private ProtobufReader(ByteBuffer bytes) {
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The number of the next field, whose value must be read or skipped; 0 at the end. */
    int nextField() {
        if (!bytes.hasRemaining()) {
            return 0;
        }
        long tag = varint();
        wireType = (int) (tag & 7);
        long field = tag >>> 3;
        Check.that(field > 0 && field < 1 << 29, "The protocol buffer has a field %d.", field);
        return (int) field;
    }

    int integer() {
        expect(VARINT);
        return (int) varint();
    }

    boolean flag() {
        return integer() != 0;
    }

    float number() {
        expect(FIXED32);
        need(4);
        return bytes.getFloat();
    }

    byte[] block() {
        ByteBuffer slice = slice();
        byte[] block = new byte[slice.remaining()];
        slice.get(block);
        return block;
    }

    String text() {
        return new String(block(), StandardCharsets.UTF_8);
    }

    ProtobufReader message() {
        return new ProtobufReader(slice());
    }

    void skip() {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> need(8).position(bytes.position() + 8);
            case BYTES -> slice();
            case FIXED32 -> need(4).position(bytes.position() + 4);
            default -> throw new IllegalArgumentException("The protocol buffer has the wire type " + wireType + ".");
        }
    }

    private ByteBuffer slice() {
        expect(BYTES);
        long length = varint();
        Check.that(length >= 0 && length <= bytes.remaining(), "A part of the protocol buffer leads out of it.");
        ByteBuffer slice = bytes.slice(bytes.position(), (int) length);
        bytes.position(bytes.position() + (int) length);
        return slice;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = need(1).get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("The protocol buffer has a number without an end.");
    }

    private ByteBuffer need(int count) {
        Check.that(bytes.remaining() >= count, "The protocol buffer ends in the middle of a field.");
        return bytes;
    }

    private void expect(int expected) {
        Check.that(wireType == expected, "A field of the protocol buffer has the wire type %d.", wireType);
    }
}
