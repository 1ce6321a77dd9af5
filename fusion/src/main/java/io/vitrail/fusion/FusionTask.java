package io.vitrail.fusion;

/** What a class of the reference makes of pictures and texts. */
public enum FusionTask {
    /** Writes a text about a picture. */
    WRITING
}
