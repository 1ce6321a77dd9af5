package io.vitrail.transformer.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A task whose model adapters change.
 *
 * @param base its checkpoint's folder
 * @param layers that adapters change, by what their names end in
 * @param load opens it plainly
 * @param merged opens it with an adapter merged
 * @param with lends it an adapter
 * @param answer of an open one, in numbers
 * @param <T> the task
 */
public record AdaptedTask<T>(
        Path base,
        String layers,
        Function<Path, T> load,
        BiFunction<Path, PeftAdapter, T> merged,
        BiFunction<T, PeftAdapter, T> with,
        Function<T, double[]> answer,
        Consumer<T> close) {

    private record Open<T>(AdaptedTask<T> kind, T task) implements AutoCloseable {
        double[] answer() {
            return kind.answer.apply(task);
        }

        Open<T> with(PeftAdapter adapter) {
            return new Open<>(kind, kind.with.apply(task, adapter));
        }

        @Override
        public void close() {
            kind.close.accept(task);
        }
    }

    private Open<T> plain() {
        return new Open<>(this, load.apply(base));
    }

    private Open<T> merged(PeftAdapter adapter) {
        return new Open<>(this, merged.apply(base, adapter));
    }

    /** Two adapters at once, by turns and by threads, answer as the merged checkpoints do; the plain task as before. */
    public void checkSharing(Path folder) {
        PeftAdapter first = Adapters.of(base, layers, 1, folder.resolve("first"));
        PeftAdapter second = Adapters.of(base, layers, 2, folder.resolve("second"));
        try (Open<T> plain = plain();
                Open<T> other = plain.with(second);
                Open<T> mergedOne = merged(first);
                Open<T> mergedOther = merged(second)) {
            List<double[]> expected =
                    Stream.of(plain, mergedOne, mergedOther).map(Open::answer).toList();
            assertThat(expected.get(1)).isNotEqualTo(expected.get(0)).isNotEqualTo(expected.get(2));
            assertThat(expected.get(2)).isNotEqualTo(expected.get(0));
            try (Open<T> one = plain.with(first)) {
                List<Open<T>> apart = List.of(plain, one, other);
                IntStream.range(0, 12).parallel().forEach(i -> assertThat(
                                apart.get(i % 3).answer())
                        .containsExactly(expected.get(i % 3), within(1e-4)));
            }
            assertThat(other.answer()).containsExactly(expected.get(2), within(1e-4));
            assertThat(plain.answer()).containsExactly(expected.get(0), within(1e-4));
        }
    }

    /** An adapter of another model is refused, beside the model and merged into it. */
    public void checkRefusal(PeftAdapter foreign) {
        try (Open<T> plain = plain()) {
            assertThatThrownBy(() -> plain.with(foreign)).isInstanceOf(CheckpointException.class);
            assertThatThrownBy(() -> merged(foreign)).isInstanceOf(CheckpointException.class);
        }
    }
}
