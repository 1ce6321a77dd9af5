package io.vitrail.transformer;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/**
 * How the C library keeps the memory of freed arrays. glibc raises, up to 32 MB, the size from which it takes blocks from the
 * system one by one; below, it keeps what is freed, in pieces that later arrays often don't fit in: in a training whose arrays
 * are freed layer by layer this is half of the memory. mallopt(3), M_MMAP_THRESHOLD.
 */
final class NativeHeap {
    private static final int M_MMAP_THRESHOLD = -3;
    private static final int BLOCK = 1 << 20;

    private NativeHeap() {}

    /**
     * From now on, arrays of a megabyte or more are given back to the system as they are freed, in the whole process; without
     * glibc nothing changes. Taking them anew costs some percent of time.
     */
    static void giveBackWhatIsFreed() {
        if (!Platform.isLinux()) {
            return;
        }
        try {
            Function mallopt =
                    NativeLibrary.getInstance(Platform.C_LIBRARY_NAME).getFunction("mallopt");
            mallopt.invokeInt(new Object[] {M_MMAP_THRESHOLD, BLOCK});
        } catch (LinkageError e) {
            // another C library, or no JNA here: the memory is kept
        }
    }
}
