package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damages small valid files at random: whatever is left can be read, or is refused; nothing else happens. */
class FuzzTest {
    private static final int ROUNDS = 2000;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"views.bin", "nested.bin", "views_legacy.bin"})
    void damagedPicklesAreReadOrRefused(String name) throws IOException {
        assertReadOrRefused(Fixtures.read(Fixtures.recorded("pickles/" + name)), "pytorch_model.bin");
    }

    @Test
    void damagedSafetensorsAreReadOrRefused() throws IOException {
        String header = "{'__metadata__':{'format':'pt'},'a':{'dtype':'F32','shape':[2,3],'data_offsets':[0,24]},"
                + "'b':{'dtype':'I64','shape':[1],'data_offsets':[24,32]}}";
        assertReadOrRefused(Fixtures.safeTensors(header.replace('\'', '"'), 32), "model.safetensors");
    }

    private void assertReadOrRefused(byte[] valid, String name) throws IOException {
        Random random = new Random(4711);
        Path file = Fixtures.write(folder.resolve(name), valid);
        int refused = 0;
        long start = System.nanoTime();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int round = 0; round < ROUNDS; round++) {
                byte[] damaged = damaged(valid, random);
                channel.truncate(damaged.length).write(ByteBuffer.wrap(damaged), 0); // much faster than a new file
                refused += readOrRefuse(file) ? 1 : 0;
            }
        }
        assertThat(refused).isBetween(ROUNDS / 50, ROUNDS - 1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    /** Up to three bytes changed; one time in ten the end is missing. */
    private static byte[] damaged(byte[] valid, Random random) {
        byte[] bytes = random.nextInt(10) > 0 ? valid.clone() : Arrays.copyOf(valid, random.nextInt(valid.length));
        for (int i = 0; i <= random.nextInt(3) && bytes.length > 0; i++) {
            int place = random.nextInt(bytes.length);
            bytes[place] = (byte) (random.nextBoolean() ? random.nextInt() : bytes[place] ^ 1 << random.nextInt(8));
        }
        return bytes;
    }

    private static boolean readOrRefuse(Path file) {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            for (String name : checkpoint.names()) {
                StoredTensor tensor = checkpoint.tensor(name);
                assertThat((long) tensor.buffer().remaining()).isEqualTo(tensor.bytes());
            }
            return false;
        } catch (CheckpointException e) {
            return true;
        }
    }
}
