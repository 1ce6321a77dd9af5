package io.vitrail.transformer.weights;

import java.nio.file.Path;

/** A file of a checkpoint is missing, damaged, hostile or not what the model needs. The message says which, why, and what to do. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The message's layout: what was wrong, then the file, then the remedy, a line each. */
    public static CheckpointException of(String what, Path file, String remedy) {
        return new CheckpointException(what + "\n  file: " + file + "\n  try:  " + remedy);
    }

    /** The same, with the exception that brought it up. */
    public static CheckpointException of(String what, Path file, String remedy, Throwable cause) {
        return new CheckpointException(what + "\n  file: " + file + "\n  try:  " + remedy, cause);
    }
}
