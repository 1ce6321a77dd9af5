package io.vitrail.transformer;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** What this JVM holds outside its heap. */
public final class NativeMemory {
    private NativeMemory() {}

    /** All arrays that are alive; those of other tests may go at any time. */
    public static Set<String> arrays() {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            return manager.getParentManager().getManagedArrays().stream()
                    .map(NDArray::getUid)
                    .collect(Collectors.toSet());
        }
    }

    /** Memory that Java lends to native code: after a collection its buffers are freed, soon. */
    public static long directBytes() {
        long bytes = Long.MAX_VALUE;
        for (long last = 0; bytes != last; ) {
            last = bytes;
            System.gc();
            LockSupport.parkNanos(100_000_000);
            bytes = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .mapToLong(BufferPoolMXBean::getMemoryUsed)
                    .sum();
        }
        return bytes;
    }
}
