package io.vitrail.fusion.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.ModelIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Vectors on disk, and what is near. */
@Timeout(300)
class VectorIndexTest {
    private static final IndexOrigin ORIGIN = new IndexOrigin(new ModelIdentity("some", "0123456789"), "..");

    @TempDir
    private Path folder;

    private final Random random = new Random(5);

    private VectorIndex open() {
        return VectorIndex.open(folder, ORIGIN);
    }

    private float[] vector(int width) {
        float[] values = new float[width];
        for (int i = 0; i < width; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new Embedding(values).normalized().values();
    }

    private static PictureFile file(int i) {
        return new PictureFile("p" + i + ".png", i, i);
    }

    private List<float[]> fill(VectorIndex index, int count, int width) {
        List<float[]> vectors =
                IntStream.range(0, count).mapToObj(i -> vector(width)).toList();
        try (VectorIndex.Writer writer = index.writer()) {
            for (int i = 0; i < count; i++) {
                writer.put(file(i), vectors.get(i));
            }
        }
        return vectors;
    }

    private static List<Integer> nearestOf(List<float[]> vectors, float[] query, int most) {
        Embedding asked = new Embedding(query);
        return IntStream.range(0, vectors.size())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -asked.cosine(new Embedding(vectors.get(i)))))
                .limit(most)
                .toList();
    }

    private static List<String> names(List<VectorIndex.Near> near) {
        return near.stream().map(VectorIndex.Near::name).toList();
    }

    @ParameterizedTest
    @CsvSource({"3, 2", "400, 24", "70, 1024", "70, 1025", "70, 2560"})
    void theNearestAreFoundWithTheirCosines(int count, int width) {
        try (VectorIndex index = open()) {
            List<float[]> vectors = fill(index, count, width);
            float[] query = vector(width);
            List<VectorIndex.Near> near = index.nearest(query, 10);
            List<Integer> expected = nearestOf(vectors, query, 10);
            assertThat(names(near))
                    .containsExactlyElementsOf(
                            expected.stream().map(i -> file(i).name()).toList());
            for (int i = 0; i < near.size(); i++) {
                double cosine = new Embedding(query).cosine(new Embedding(vectors.get(expected.get(i))));
                assertThat(near.get(i).cosine()).isCloseTo(cosine, within(1e-6));
            }
        }
    }

    @Test
    void amongManyNearlyAllOfTheNearestAreFound() {
        try (VectorIndex index = open()) {
            List<float[]> vectors = fill(index, 5000, 16);
            int found = 0;
            for (int i = 0; i < 20; i++) {
                float[] query = vector(16);
                Set<String> names = new HashSet<>(names(index.nearest(query, 10)));
                found += (int) nearestOf(vectors, query, 10).stream()
                        .filter(near -> names.contains(file(near).name()))
                        .count();
            }
            assertThat(found).isGreaterThanOrEqualTo(198);
            assertThat(index.nearest(vector(16), Integer.MAX_VALUE)).hasSize(5000);
        }
    }

    @Test
    void whatIsSavedStaysAndChanges() {
        float[] query = {1, 0, 0};
        try (VectorIndex index = open()) {
            assertThat(index.nearest(query, 3)).isEmpty();
            try (VectorIndex.Writer writer = index.writer()) {
                writer.put(file(1), new float[] {0, 1, 0});
                writer.put(file(2), new float[] {0, 0, 1});
                assertThat(index.size()).isZero();
                writer.save();
                assertThat(index.size()).isEqualTo(2);
                writer.put(new PictureFile("p1.png", 7, 8), query);
                writer.remove(List.of("p2.png", "nothing"));
            }
        }
        try (VectorIndex index = open()) {
            assertThat(index.files()).containsOnlyKeys("p1.png").containsValue(new PictureFile("p1.png", 7, 8));
            assertThat(index.nearest(query, 3)).containsExactly(new VectorIndex.Near("p1.png", 1));
        }
    }

    @Test
    void oneWritesAtATime() {
        try (VectorIndex index = open();
                VectorIndex other = open()) {
            VectorIndex.Writer writer = index.writer();
            assertThatThrownBy(other::writer)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("The index is being updated already.");
            writer.put(file(1), new float[] {1, 0});
            writer.close();
            assertThat(other.size()).isOne(); // sees what another has saved
        }
    }

    @Test
    void anInterruptedThreadSavesWhatItHas() {
        try (VectorIndex index = open()) {
            VectorIndex.Writer writer = index.writer();
            writer.put(file(1), new float[] {1, 0});
            Thread.currentThread().interrupt();
            writer.close();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(index.size()).isOne();
        }
    }

    @Test
    void anotherOriginIsRefused() {
        open().close();
        IndexOrigin model = new IndexOrigin(new ModelIdentity("other", "abcdefghij"), "..");
        assertThatThrownBy(() -> VectorIndex.open(folder, model))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The index was made by another model: some (01234567), not other (abcdefgh).")
                .hasMessageContaining("file: " + folder)
                .hasMessageContaining("ImageSearch.rebuild");
        IndexOrigin place = new IndexOrigin(ORIGIN.model(), "/elsewhere");
        assertThatThrownBy(() -> VectorIndex.open(folder, place))
                .hasMessageStartingWith("The index is of another folder: .., not /elsewhere.");
    }

    @Test
    void aDamagedIndexIsToldWhicheverByteIsWrong() throws IOException {
        try (VectorIndex index = open()) {
            fill(index, 50, 8);
        }
        int damaged = 0;
        for (Path file : files()) {
            byte[] sound = Files.readAllBytes(file);
            for (int at = 0; at < sound.length; at += Math.max(1, sound.length / 40)) {
                byte[] wrong = sound.clone();
                wrong[at] ^= 0x55;
                Files.write(file, wrong);
                assertDamaged(file, at);
                damaged++;
            }
            for (int length : new int[] {0, 1, sound.length / 2, sound.length - 1}) {
                Files.write(file, Arrays.copyOf(sound, length));
                assertDamaged(file, length);
            }
            Files.write(file, sound);
        }
        assertThat(damaged).isGreaterThan(100);
        try (VectorIndex index = open()) {
            assertThat(index.size()).isEqualTo(50);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.endsWith("write.lock")).toList();
        }
    }

    private void assertDamaged(Path file, int at) {
        assertThatThrownBy(() -> open().close())
                .as("%s at %d", file, at)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("ImageSearch.rebuild");
    }

    @Test
    void aClosedIndexSaysSo() {
        VectorIndex index = open();
        index.close();
        assertThatThrownBy(index::size)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("The search is closed.");
    }

    @Test
    void luceneTellsUsersNothingAboutTheirJava() {
        open().close();
        assertThat(Logger.getLogger("org.apache.lucene.internal.vectorization.VectorizationProvider")
                        .getLevel())
                .isEqualTo(Level.SEVERE);
    }
}
