package io.vitrail.vit.image;

/**
 * A picture can't be read: it is none, cut off, too large or of an unsupported kind. The message says which, where, and
 * what to do.
 */
public final class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ImageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The message's layout: what was wrong, then the file, then the remedy, a line each. */
    static ImageException of(String what, String name, String remedy) {
        return of(what, name, remedy, null);
    }

    /** The same, with the exception that brought it up. */
    static ImageException of(String what, String name, String remedy, Throwable cause) {
        return new ImageException(what + "\n  file: " + name + "\n  try:  " + remedy, cause);
    }
}
