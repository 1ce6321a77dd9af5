package io.vitrail.transformer;

/** Checks of arguments at the border, before native code sees them. Messages are {@link String#format} patterns. */
public final class Check {
    private Check() {}

    /**
     * Refuses a caller's mistake.
     *
     * @throws IllegalArgumentException if the condition does not hold
     */
    public static void that(boolean condition, String message, Object... values) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(message, values));
        }
    }

    /**
     * Refuses what only a mistake of this library can bring about.
     *
     * @throws IllegalStateException if the condition does not hold
     */
    public static void state(boolean condition, String message, Object... values) {
        if (!condition) {
            throw new IllegalStateException(String.format(message, values));
        }
    }
}
