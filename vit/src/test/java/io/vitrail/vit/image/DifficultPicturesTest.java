package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The test pictures of six image libraries, each with its size and its mean colours as Pillow reads it. They lie beside
 * the repository; where they are missing this is skipped, and the golden cases of {@link ImageTest} stand in for them.
 */
class DifficultPicturesTest {
    private static final Path FOLDER = Path.of("..", "..", "shared", "data", "difficult");
    /** Cells a side of the grid of mean colours. */
    private static final int CELLS = 4;

    @Test
    void colours() throws IOException {
        for (JsonNode file : files("decode")) {
            assertColours(file, ImageReader.DEFAULT, "grid4x4_rgb");
        }
    }

    @Test
    void coloursOverWhite() throws IOException {
        ImageReader reader = ImageReader.DEFAULT.withBackground(0xFFFFFF).withWideGrey(WideGrey.SCALED);
        for (JsonNode file : files("decode")) {
            assertColours(file, reader, file.has("grid_over_white") ? "grid_over_white" : "grid4x4_rgb");
        }
    }

    @Test
    void whatMustBeRefusedIs() throws IOException {
        for (JsonNode file : files("reject")) {
            assertThatThrownBy(() -> Image.fromFile(path(file)))
                    .as(file.get("file").asText())
                    .isInstanceOf(ImageException.class);
        }
    }

    /** An error, or a picture of the stated size. */
    @Test
    void whatIsDamagedDoesNoHarm() throws IOException {
        List<JsonNode> doubtful = files("reject-or-partial");
        doubtful.addAll(files("decode-or-reject"));
        for (JsonNode file : doubtful) {
            try {
                assertSize(file, Image.fromFile(path(file)));
            } catch (ImageException e) {
                assertThat(e.getMessage().lines()).hasSize(3);
            }
        }
    }

    private static List<JsonNode> files(String expectation) throws IOException {
        Path manifest = FOLDER.resolve("manifest.json");
        assumeTrue(Files.exists(manifest), "the pictures lie beside the repository");
        List<JsonNode> files = new ArrayList<>();
        for (JsonNode file : Golden.json(Files.readString(manifest))) {
            if (file.get("expect").asText().equals(expectation)) {
                files.add(file);
            }
        }
        assertThat(files).isNotEmpty();
        return files;
    }

    private static Path path(JsonNode file) {
        return FOLDER.resolve(file.get("file").asText());
    }

    private static void assertSize(JsonNode file, Image image) {
        String name = file.get("file").asText();
        if (file.hasNonNull("width")) {
            assertThat(image.width()).as(name).isEqualTo(file.get("width").asInt());
            assertThat(image.height()).as(name).isEqualTo(file.get("height").asInt());
        }
    }

    private static void assertColours(JsonNode file, ImageReader reader, String key) {
        Image image = reader.fromFile(path(file));
        assertSize(file, image);
        JsonNode grid = file.get(key);
        int cells = grid.size() == 1 ? 1 : CELLS;
        for (int i = 0; i < cells * cells; i++) {
            double[] mean = mean(image, i % cells, i / cells, cells);
            for (int c = 0; c < 3; c++) {
                assertThat(mean[c])
                        .as("%s, cell %d, channel %d", file.get("file").asText(), i, c)
                        .isCloseTo(
                                grid.get(i).get(c).asDouble(),
                                within(file.get("grid_tolerance").asDouble()));
            }
        }
    }

    private static double[] mean(Image image, int column, int row, int cells) {
        int left = image.width() * column / cells;
        int top = image.height() * row / cells;
        int width = image.width() * (column + 1) / cells - left;
        int height = image.height() * (row + 1) / cells - top;
        float[] samples = Golden.numbers(image.pixels().crop(left, top, width, height));
        double[] mean = new double[3];
        for (int i = 0; i < samples.length; i++) {
            mean[i % 3] += samples[i] / (width * height);
        }
        return mean;
    }
}
