package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LazyTest {
    private final AtomicInteger calls = new AtomicInteger();

    @Test
    void severalThreadsComputeItOnce() {
        Lazy<Integer> lazy = new Lazy<>(calls::incrementAndGet);
        assertThat(calls).hasValue(0);
        assertThat(IntStream.range(0, 50).parallel().map(i -> lazy.get())).containsOnly(1);
    }

    @Test
    void afterAFailureItIsTriedAgain() {
        Lazy<Integer> lazy = new Lazy<>(() -> 1 / calls.getAndIncrement());
        assertThatThrownBy(lazy::get).isInstanceOf(ArithmeticException.class);
        assertThat(lazy.get()).isEqualTo(1);
    }
}
