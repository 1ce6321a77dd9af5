package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line in a JVM of its own, with a heap that one of three pictures doesn't fit into. */
class LittleMemoryTest {
    @TempDir
    private Path folder;

    @Test
    void aPictureThatIsTooLargeIsReportedInItsPlaceAndTheOthersGoOn() throws IOException, InterruptedException {
        Path photo = CHECKPOINT.resolve("photo.png");
        Path large = folder.resolve("large.png");
        ImageIO.write(new BufferedImage(6000, 6000, BufferedImage.TYPE_BYTE_BINARY), "png", large.toFile());
        Path out = folder.resolve("out.txt");
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx40m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Vitrail.class.getName(),
                        "classify",
                        "--json",
                        "--model",
                        CHECKPOINT.toString(),
                        photo.toString(),
                        large.toString(),
                        photo.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(out.toFile())
                .start();
        assertThat(program.waitFor()).isEqualTo(1);
        List<String> lines = Files.readAllLines(out);
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).contains("\"labels\"");
        assertThat(lines.get(1)).contains("large.png\",\"error\":\"There is not enough memory (OutOfMemoryError");
        assertThat(lines.get(2)).isEqualTo(lines.get(0));
    }
}
