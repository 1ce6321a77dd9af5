package io.vitrail.transformer.weights;

/**
 * Single values between float32 and the two 16-bit types, IEEE 754 binary16 and bfloat16; to 16 bits as PyTorch rounds.
 */
final class Half {
    private static final int EXPONENT = 0x7f800000; // of a float32, all ones: infinite, or not a number
    private static final int LARGEST = 0x477ff000; // 65520: from here on, binary16 rounds to infinity
    private static final int SMALLEST_NORMAL = 0x38800000; // 2^-14

    private Half() {}

    static float fromBinary16(short half) {
        int magnitude = half & 0x7fff;
        int bits = Float.floatToRawIntBits(Float.intBitsToFloat(magnitude << 13) * 0x1p112f); // 112 = 127 - 15
        int special = magnitude >= 0x7c00 ? EXPONENT : 0;
        return Float.intBitsToFloat(bits | special | (half & 0x8000) << 16);
    }

    static float fromBrainFloat(short brain) {
        return Float.intBitsToFloat(brain << 16);
    }

    /** Rounds to nearest, ties to even; too large values become infinite. */
    static short toBinary16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > EXPONENT) {
            return (short) (sign | 0x7e00);
        }
        if (magnitude >= LARGEST) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < SMALLEST_NORMAL) {
            return (short) (sign | (int) Math.rint(Math.abs(value) * 0x1p24));
        }
        return (short) (sign | roundedShift(magnitude - (112 << 23), 13));
    }

    /** Rounds to nearest, ties to even; too large values become infinite. */
    static short toBrainFloat(float value) {
        return (short) (Float.isNaN(value) ? 0x7fc0 : roundedShift(Float.floatToRawIntBits(value), 16));
    }

    /** The bits shifted right and rounded to nearest, ties to even; a carry rightly moves into the exponent. */
    private static int roundedShift(int bits, int shift) {
        int even = bits >>> shift & 1;
        return bits + (1 << shift - 1) - 1 + even >>> shift;
    }
}
