package io.vitrail.vit.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Two sums in one long. One 64-bit multiplication by a weight then does the work of two: (a + b·2³²)·w = a·w + b·w·2³²,
 * and both sums can be read off the total, since each fits in 32 bits. Java 17 has no vectors for bytes; this is a
 * third faster than single sums (12 megapixels to 224 x 224, bicubic: 60 ms to 81 ms on one thread of an AMD EPYC).
 */
final class Lanes {
    /** The lowest byte of either lane. */
    static final long LOW_BYTES = 0x000000FF_000000FFL;
    /** One half, in either lane, at the precision of the weights: sums are rounded. */
    static final long HALF = 1L << ResampleWeights.PRECISION - 1 | 1L << ResampleWeights.PRECISION - 1 + 32;

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Lanes() {}

    /** Eight bytes, the first lowest. */
    static long eight(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }

    /** Four bytes in the lower lane and four in the upper one. */
    static long fourAndFour(byte[] bytes, int lower, int upper) {
        return (int) INTS.get(bytes, lower) & 0xFFFFFFFFL | (long) (int) INTS.get(bytes, upper) << 32;
    }

    /** The sum in the lower lane, as a sample. */
    static byte lower(long sums) {
        return clip((int) sums);
    }

    /** The sum in the upper lane, as a sample; a negative lower sum has borrowed from it. */
    static byte upper(long sums) {
        return clip((int) (sums - (int) sums >> 32));
    }

    static byte clip(int sum) {
        int value = sum >> ResampleWeights.PRECISION;
        return (byte) Math.max(0, Math.min(255, value));
    }
}
