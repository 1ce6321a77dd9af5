package io.vitrail.transformer.weights;

/** What a row of a weight table says beyond the names, always with a reason. */
enum RowNote {
    /** The weight is loaded as it is stored. */
    NONE,
    /** The checkpoint stores the matrix transposed; its bias isn't concerned. */
    TRANSPOSED,
    /** The checkpoint stores the same elements in another shape. */
    RESHAPED,
    /** The checkpoint stores several blocks' weights as one, one below the other. */
    FUSED,
    /** The same with the axes of the matrix swapped: its parts lie one beside the other. */
    FUSED_TRANSPOSED,
    /** The checkpoint may lack it: the parameter keeps the value that it has. */
    OPTIONAL,
    /**
     * Where the block shares its parameter with an earlier row's, this is a second name, read if the first is missing.
     */
    TIED,
    /** The checkpoint may hold it, and no parameter needs it. */
    UNUSED;

    /** Whether one stored weight is that of several blocks. */
    boolean isFused() {
        return this == FUSED || this == FUSED_TRANSPOSED;
    }

    /** Whether a stored matrix has its axes swapped. */
    boolean isTransposed() {
        return this == TRANSPOSED || this == FUSED_TRANSPOSED;
    }
}
