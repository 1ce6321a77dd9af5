package io.vitrail.transformer.kernels;

/** How exactly a model computes inside its encoders and decoders; what is outside is float32 always. */
public enum Precision {
    /** float32: the reference's results within rounding. The default. */
    FP32,
    /** The fastest of these that the machine has instructions for. */
    AUTO,
    /** bfloat16: 8 bits of mantissa; answers change in rare, close cases. */
    BF16,
    /**
     * Weights as whole numbers of 8 bits with a factor for each output, the rest in bfloat16: a quarter of FP32's memory, which
     * is what writing text token by token waits for. Answers change more than with BF16. It is for
     * one text at a time: with more than 2 rows, such as beams, several prompts, or the tokens of a picture, each pass
     * first turns the weights into bfloat16, which is slower than BF16, and of pictures slower than FP32.
     */
    INT8
}
