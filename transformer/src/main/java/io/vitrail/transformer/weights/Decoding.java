package io.vitrail.transformer.weights;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * Conversions of whole little-endian buffers from what is stored to what arrays hold. The loops over floating types,
 * which are the common ones, run on small Java arrays, for the JIT compiler to turn into vector instructions.
 */
final class Decoding {
    private static final int CHUNK = 4096; // elements: source and target stay in the first-level cache

    private Decoding() {}

    static void unchanged(ByteBuffer source, ByteBuffer target) {
        target.put(source);
    }

    /**
     * Any byte but 0 is true; PyTorch would take other bytes than 0 and 1 as they are, which is undefined behaviour.
     */
    static void booleans(ByteBuffer source, ByteBuffer target) {
        while (source.hasRemaining()) {
            target.put((byte) (source.get() == 0 ? 0 : 1));
        }
    }

    static void shorts(ByteBuffer source, ByteBuffer target) {
        while (source.hasRemaining()) {
            target.putInt(source.getShort());
        }
    }

    static void unsignedShorts(ByteBuffer source, ByteBuffer target) {
        while (source.hasRemaining()) {
            target.putInt(Short.toUnsignedInt(source.getShort()));
        }
    }

    static void unsignedInts(ByteBuffer source, ByteBuffer target) {
        while (source.hasRemaining()) {
            target.putLong(Integer.toUnsignedLong(source.getInt()));
        }
    }

    static void unsignedLongs(ByteBuffer source, ByteBuffer target) {
        while (source.hasRemaining()) {
            long value = source.getLong();
            if (value < 0) {
                throw new ArithmeticException(Long.toUnsignedString(value) + " is too large for INT64");
            }
            target.putLong(value);
        }
    }

    static void halves(ByteBuffer source, ByteBuffer target) {
        ShortBuffer halves = source.asShortBuffer();
        FloatBuffer floats = target.asFloatBuffer();
        short[] in = new short[CHUNK];
        float[] out = new float[CHUNK];
        while (halves.hasRemaining()) {
            int count = Math.min(CHUNK, halves.remaining());
            halves.get(in, 0, count);
            for (int i = 0; i < count; i++) {
                out[i] = Half.fromBinary16(in[i]);
            }
            floats.put(out, 0, count);
        }
    }

    static void brainFloats(ByteBuffer source, ByteBuffer target) {
        ShortBuffer brains = source.asShortBuffer();
        FloatBuffer floats = target.asFloatBuffer();
        short[] in = new short[CHUNK];
        float[] out = new float[CHUNK];
        while (brains.hasRemaining()) {
            int count = Math.min(CHUNK, brains.remaining());
            brains.get(in, 0, count);
            for (int i = 0; i < count; i++) {
                out[i] = Half.fromBrainFloat(in[i]);
            }
            floats.put(out, 0, count);
        }
    }

    static void doubles(ByteBuffer source, ByteBuffer target) {
        DoubleBuffer doubles = source.asDoubleBuffer();
        FloatBuffer floats = target.asFloatBuffer();
        double[] in = new double[CHUNK];
        float[] out = new float[CHUNK];
        while (doubles.hasRemaining()) {
            int count = Math.min(CHUNK, doubles.remaining());
            doubles.get(in, 0, count);
            for (int i = 0; i < count; i++) {
                out[i] = (float) in[i];
            }
            floats.put(out, 0, count);
        }
    }
}
