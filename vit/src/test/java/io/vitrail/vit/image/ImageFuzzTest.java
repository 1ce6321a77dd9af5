package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.Mutants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pictures of every kind with some bytes changed: a picture of the stated size, or an error of this library. */
class ImageFuzzTest {
    private static final int ROUNDS = Mutants.count(10);
    private static final ImageReader READER = ImageReader.DEFAULT.withLimits(new ImageLimits(1 << 20, 20_000_000));
    private static final ImageReader OTHER =
            READER.withBackground(0xFFFFFF).withWideGrey(WideGrey.SCALED).withJpegSide(8);

    static Stream<Path> pictures() throws IOException {
        return Files.walk(Golden.resource("goldens/decode_image"))
                .filter(Files::isRegularFile)
                .filter(file -> !file.getFileName().toString().startsWith("golden."))
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void changedBytesDoNoHarm(Path file) throws IOException {
        byte[] valid = Files.readAllBytes(file);
        Mutants.refused(
                ROUNDS,
                seed -> Mutants.ofBytes(valid, seed),
                Duration.ofSeconds(5),
                e -> e instanceof ImageException && e.getMessage().split("\n").length == 3,
                mutant -> read(mutant, mutant.length % 2 == 0 ? READER : OTHER));
    }

    private static void read(byte[] mutant, ImageReader reader) {
        Image image = reader.fromBytes(mutant);
        assertThat(image.pixels().samples()).hasSize(3 * image.width() * image.height());
    }
}
