package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.Caller;
import io.vitrail.transformer.NativeMemory;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** After a hundred texts that were written and read there is no more native memory than after the first ones. */
class NothingIsLeftTest {
    private static final int CALLERS = 4;
    private static final long SPARE_BYTES = 1 << 20;

    @Test
    @Timeout(300)
    void callsLeaveNoArraysAndNoMemoryBehind() {
        TextEmbedder.load(Goldens.task("vectors")).close(); // kernels stay, once they are made
        Set<String> beforeLoading = NativeMemory.arrays();
        try (TextGenerator own = TextGenerator.load(Goldens.task("stories"));
                TextToText writer = TextToText.load(Goldens.task("translations")); // by beam search
                TextEmbedder embedder = TextEmbedder.load(Goldens.task("vectors"))) {
            TextGenerator generator =
                    own.withOptions(own.options().toBuilder().maxNewTokens(6).build());
            call(generator, writer, embedder, 1);
            Set<String> arrays = NativeMemory.arrays();
            long direct = NativeMemory.directBytes();
            call(generator, writer, embedder, 5);
            assertThat(NativeMemory.arrays()).isSubsetOf(arrays);
            assertThat(NativeMemory.directBytes()).isLessThan(direct + SPARE_BYTES);
        }
        assertThat(NativeMemory.arrays()).isSubsetOf(beforeLoading);
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
