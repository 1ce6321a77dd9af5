package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.Caller;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.vit.image.Image;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** After some hundred calls there is no more native memory than after the first ones. */
class NothingIsLeftTest {
    private static final Path CHECKPOINT = Goldens.folder("vit/classification");
    private static final Image PHOTO = Image.fromFile(CHECKPOINT.resolve("photo.png"));
    private static final int CALLS = 400;
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
    @Timeout(60)
    void callsLeaveNoArraysAndNoMemoryBehind() {
        Set<String> beforeLoading = arraysOfKernels();
        try (ImageClassifier classifier = ImageClassifier.load(CHECKPOINT);
                ImageEmbedder embedder = ImageEmbedder.load(CHECKPOINT)) {
            call(classifier, embedder, 20);
            Set<String> arrays = arrays();
            long direct = directBytes();
            call(classifier, embedder, CALLS);
            assertThat(arrays()).isSubsetOf(arrays);
            assertThat(directBytes()).isLessThan(direct + SPARE_BYTES);
        }
        assertThat(arrays()).isSubsetOf(beforeLoading);
    }

    /** Kernels stay, once they are made. */
    private static Set<String> arraysOfKernels() {
        ImageClassifier.load(CHECKPOINT).close();
        return arrays();
    }

    /** Four callers, with batches and without; one of a few is interrupted. */
    private static void call(ImageClassifier classifier, ImageEmbedder embedder, int calls) {
        ImageClassifier together = classifier.batching(4, Duration.ZERO);
        List<Caller<String>> callers = IntStream.range(0, 4)
                .mapToObj(caller -> Caller.start(() -> {
                    for (int i = 0; i < calls / 4; i++) {
                        together.classify(PHOTO);
                        classifier.classify(PHOTO);
                        embedder.embed(PHOTO);
                    }
                    Thread.currentThread().interrupt();
                    return together.classify(PHOTO).toString();
                }))
                .toList();
        callers.forEach(Caller::failure);
    }
}
