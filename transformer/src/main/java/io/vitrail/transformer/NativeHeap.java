package io.vitrail.transformer;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.util.Optional;

/**
 * The memory that the C library keeps of freed arrays. glibc hands it to later arrays, if they fit into the pieces; in a training
 * whose arrays are freed layer by layer, a third of the process can be such pieces. malloc_trim(3).
 */
final class NativeHeap {
    private static final Optional<Function> TRIM = find();

    private NativeHeap() {}

    private static Optional<Function> find() {
        if (!Platform.isLinux()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    NativeLibrary.getInstance(Platform.C_LIBRARY_NAME).getFunction("malloc_trim"));
        } catch (UnsatisfiedLinkError e) {
            return Optional.empty(); // not glibc
        }
    }

    /** Gives the pages of freed arrays back to the system; without glibc nothing happens. */
    static void giveBack() {
        TRIM.ifPresent(trim -> trim.invokeInt(new Object[] {0L}));
    }
}
