package io.vitrail.transformer.kernels;

/** How exactly a model computes inside its encoders and decoders; what is outside is float32 always. */
public enum Precision {
    /** float32: the reference's results within rounding. The default. */
    FP32,
    /** The fastest of these that the machine has instructions for. */
    AUTO,
    /** bfloat16: 8 bits of mantissa; answers change in rare, close cases. */
    BF16
}
