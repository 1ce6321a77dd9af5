package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.Caller;
import io.vitrail.transformer.NativeMemory;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** After some hundred calls there is no more native memory than after the first ones. */
class NothingIsLeftTest {
    private static final Path CHECKPOINT = Goldens.folder("vit/classification");
    private static final Image PHOTO = Image.fromFile(CHECKPOINT.resolve("photo.png"));
    private static final int CALLS = 400;
    private static final long SPARE_BYTES = 1 << 20;

    @Test
    @Timeout(60)
    void callsLeaveNoArraysAndNoMemoryBehind() {
        Set<String> beforeLoading = arraysOfKernels();
        try (ImageClassifier classifier = ImageClassifier.load(CHECKPOINT);
                ImageEmbedder embedder = ImageEmbedder.load(CHECKPOINT)) {
            call(classifier, embedder, 20);
            Set<String> arrays = NativeMemory.arrays();
            long direct = NativeMemory.directBytes();
            call(classifier, embedder, CALLS);
            assertThat(NativeMemory.arrays()).isSubsetOf(arrays);
            assertThat(NativeMemory.directBytes()).isLessThan(direct + SPARE_BYTES);
        }
        assertThat(NativeMemory.arrays()).isSubsetOf(beforeLoading);
    }

    /** Kernels stay, once they are made. */
    private static Set<String> arraysOfKernels() {
        ImageClassifier.load(CHECKPOINT).close();
        return NativeMemory.arrays();
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
