package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.Caller;
import io.vitrail.transformer.DjlEngine;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** After a hundred texts that were written and read there is no more native memory than after the first ones. */
class NothingIsLeftTest {
    private static final int CALLERS = 4;
    private static final long SPARE_BYTES = 1 << 20;

    /** All arrays that are alive in this JVM. */
    private static Set<String> arrays() {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            return manager.getParentManager().getManagedArrays().stream()
                    .map(NDArray::getUid)
                    .collect(Collectors.toSet());
        }
    }

    /** Memory that Java lends to native code: after a collection its buffers are freed, soon. */
    private static long directBytes() {
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

    @Test
    @Timeout(300)
    void callsLeaveNoArraysAndNoMemoryBehind() {
        TextEmbedder.load(Goldens.task("vectors")).close(); // kernels stay, once they are made
        Set<String> beforeLoading = arrays();
        try (TextGenerator own = TextGenerator.load(Goldens.task("stories"));
                TextToText writer = TextToText.load(Goldens.task("translations")); // by beam search
                TextEmbedder embedder = TextEmbedder.load(Goldens.task("vectors"))) {
            TextGenerator generator =
                    own.withOptions(own.options().toBuilder().maxNewTokens(6).build());
            call(generator, writer, embedder, 1);
            Set<String> arrays = arrays();
            long direct = directBytes();
            call(generator, writer, embedder, 5);
            assertThat(arrays()).isSubsetOf(arrays);
            assertThat(directBytes()).isLessThan(direct + SPARE_BYTES);
        }
        assertThat(arrays()).isSubsetOf(beforeLoading);
    }

    /** Of the texts that each caller has written, one breaks off, and one is refused. */
    private static void call(TextGenerator generator, TextToText writer, TextEmbedder embedder, int times) {
        List<Caller<Void>> callers = IntStream.range(0, CALLERS)
                .mapToObj(caller -> Caller.<Void>start(() -> {
                    for (int i = 0; i < times; i++) {
                        generator.generate("the cat " + caller);
                        writer.generate("the dog " + i);
                        embedder.embed("a bird");
                        assertThatThrownBy(() -> generator.generate("a", piece -> {
                                    throw new IllegalStateException("enough");
                                }))
                                .hasMessage("enough");
                        assertThatIllegalArgumentException().isThrownBy(() -> generator.generate("cat ".repeat(99)));
                    }
                    return null;
                }))
                .toList();
        callers.forEach(Caller::answer);
    }
}
