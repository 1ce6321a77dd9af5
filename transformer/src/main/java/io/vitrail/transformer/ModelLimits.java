package io.vitrail.transformer;

/** How large a model may be at most: a config.json that asks for more is refused before memory is taken. */
public final class ModelLimits {
    /** Blocks in a stack. */
    public static final int DEPTH = 1000;

    /** Numbers of a token, or of all its queries together. */
    public static final int WIDTH = 1 << 16;

    private ModelLimits() {}
}
