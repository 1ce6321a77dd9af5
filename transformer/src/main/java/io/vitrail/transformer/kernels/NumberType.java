package io.vitrail.transformer.kernels;

/** What kernels compute in. */
enum NumberType {
    FLOAT32(6, 4, 1e-5f),
    BFLOAT16(15, 2, 0.1f),
    /** Weights alone; they are multiplied with bfloat16 and give it. */
    INT8(15, 1, 0.1f);

    private final int code;
    private final int bytes;
    private final float tolerance;

    NumberType(int code, int bytes, float tolerance) {
        this.code = code;
        this.bytes = bytes;
        this.tolerance = tolerance;
    }

    /** libtorch's number for what linear layers give. */
    int code() {
        return code;
    }

    /** Of a weight. */
    int bytes() {
        return bytes;
    }

    /** By how much sums of a few products of numbers up to 1 may differ from exact ones, at most. */
    float tolerance() {
        return tolerance;
    }
}
