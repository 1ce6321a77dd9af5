package io.vitrail.transformer;

import java.util.List;

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
     * A value that must be there.
     *
     * @throws IllegalArgumentException if it is null, naming the argument
     */
    public static <T> T given(T value, String argument) {
        that(value != null, "'%s' is null.", argument);
        return value;
    }

    /**
     * A list all of whose elements must be there.
     *
     * @throws IllegalArgumentException if it or an element is null, naming the argument and the element's index
     */
    public static <T> List<T> allGiven(List<T> values, String argument) {
        int index = 0;
        for (T value : given(values, argument)) {
            that(value != null, "'%s' has null at index %d.", argument, index);
            index++;
        }
        return values;
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
