package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.vit.image.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code attention IMAGE}; the checkpoint has 5 classes, 2 layers of 4 heads and 4 × 4 patches of 8 × 8 pixels. */
class AttentionCommandTest {
    private static final Path PHOTO = CHECKPOINT.resolve("photo.png");

    @TempDir
    private Path folder;

    private static CommandRun attention(Object... arguments) {
        Object[] all = new Object[arguments.length + 3];
        all[0] = "attention";
        all[1] = "--model";
        all[2] = CHECKPOINT;
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return CommandRun.of(all);
    }

    @Test
    void writesAPictureAsLargeAsThePhoto() {
        Path heat = folder.resolve("heat.png");
        CommandRun run = attention(PHOTO, "--out", heat);
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.lines()).singleElement().asString().startsWith(heat + ": relevance for ");
        Image photo = Image.fromFile(PHOTO);
        Image overlay = Image.fromFile(heat);
        assertThat(overlay.width()).isEqualTo(photo.width());
        assertThat(overlay.height()).isEqualTo(photo.height());
        assertThat(overlay).isNotEqualTo(photo);
    }

    @Test
    void aPhotoThatLiesOnItsSideIsShownUpright() throws IOException {
        Path heat = folder.resolve("heat.png");
        CommandRun run = attention(turned(60, 40), "--out", heat);
        assertThat(run.err()).isEmpty();
        assertThat(Image.fromFile(heat).width()).isEqualTo(40);
        assertThat(Image.fromFile(heat).height()).isEqualTo(60);
    }

    /** A JPEG whose EXIF orientation is 6: it is to be turned by a quarter. */
    private Path turned(int width, int height) throws IOException {
        ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "jpeg", jpeg);
        byte[] exif = {
            (byte) 0xFF,
            (byte) 0xE1,
            0,
            34,
            'E',
            'x',
            'i',
            'f',
            0,
            0, // APP1, 34 bytes
            'M',
            'M',
            0,
            42,
            0,
            0,
            0,
            8,
            0,
            1, // big-endian TIFF, one entry
            0x01,
            0x12,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            6,
            0,
            0,
            0,
            0,
            0,
            0 // orientation: one short, 6; no further directory
        };
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(jpeg.toByteArray(), 0, 2); // start of image
        file.write(exif);
        file.write(jpeg.toByteArray(), 2, jpeg.size() - 2);
        return Files.write(folder.resolve("turned.jpg"), file.toByteArray());
    }

    @Test
    void writesAPageOfAllMaps() throws IOException {
        Path page = folder.resolve("heat.html");
        CommandRun run = attention(PHOTO, "-o", page, "--class", "boat");
        assertThat(run.status()).isZero();
        assertThat(run.lines()).containsExactly(page + ": all maps");
        assertThat(Files.readString(page)).contains("\"name\":\"Relevance for boat\"", "\"title\":\"photo.png\"");
    }

    @Test
    void jsonHoldsTheNumbersAndWhereTheyLie() {
        CommandRun run = attention(PHOTO, "--json", "--layer", "1", "--head", "3");
        assertThat(run.status()).isZero();
        JsonNode line = run.json().get(0);
        assertThat(line.fieldNames())
                .toIterable()
                .containsExactly("file", "method", "layer", "head", "first", "pitch", "seen", "values");
        assertThat(line.path("method").asText()).isEqualTo("attention");
        Image photo = Image.fromFile(PHOTO);
        assertThat(line.path("pitch").get(0).asDouble()).isCloseTo(photo.width() / 4.0, within(1e-9));
        assertThat(line.path("first").get(1).asDouble()).isCloseTo(photo.height() / 8.0, within(1e-9));
        assertThat(line.path("seen").get(2).asDouble()).isEqualTo(photo.width());
        assertThat(line.path("values")).hasSize(4).allSatisfy(row -> assertThat(row)
                .hasSize(4));
    }

    @Test
    void jsonOfEachMethodNamesIt() {
        JsonNode rollout =
                attention(PHOTO, "--json", "--method", "rollout").json().get(0);
        assertThat(rollout.path("method").asText()).isEqualTo("rollout");
        assertThat(rollout.has("class")).isFalse();
        JsonNode relevance =
                attention(PHOTO, "--json", "--class", "tree").json().get(0);
        assertThat(relevance.path("method").asText()).isEqualTo("relevance");
        assertThat(relevance.path("class").asText()).isEqualTo("tree");
        JsonNode mean =
                attention(PHOTO, "--json", "--method", "attention").json().get(0);
        assertThat(mean.path("layer").asInt()).isEqualTo(1);
        assertThat(mean.has("head")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                    | --out FILE.png, --out FILE.html or --json is missing",
                "--out heat.gif                      | --out must end in .png or .html, not heat.gif",
                "--out heat.html --layer 0           | a page shows all maps: leave out --method, --layer, --head and --json",
                "--out heat.png --method rollout --head 1 | --layer and --head are for --method attention",
                "--out heat.png --layer 0 --class cat | --class is for --method relevance",
                "--out heat.png --precision bf16     | attention is computed in FP32: leave out --precision",
            })
    void optionsThatDontFitAreAWrongCommandLine(String options, String message) {
        Object[] arguments = ((options == null ? "" : options + " ") + PHOTO).split(" ");
        CommandRun run = attention(arguments);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void thePictureItselfIsntOverwritten() {
        CommandRun run = attention(PHOTO, "--out", PHOTO);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--out must be another file than IMAGE");
    }

    @Test
    void whatIsntThereFailsWithARemedy() {
        Path heat = folder.resolve("heat.png");
        CommandRun label = attention(PHOTO, "--out", heat, "--class", "lynx");
        assertThat(label.status()).isEqualTo(1);
        assertThat(label.err()).contains("The model has no class 'lynx'. try:  'cat', 'dog', 'car', 'tree', 'boat'.");
        CommandRun layer = attention(PHOTO, "--out", heat, "--layer", "2");
        assertThat(layer.status()).isEqualTo(1);
        assertThat(layer.err()).contains("This model has layers 0 to 1, not 2.");
        CommandRun target = attention(PHOTO, "--out", folder.resolve("none/heat.png"));
        assertThat(target.status()).isEqualTo(1);
        assertThat(target.err()).contains("There is no folder '" + folder.resolve("none") + "'.");
        CommandRun missing = attention("none.jpg", "--json");
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.json().get(0).path("error").asText()).startsWith("There is no such file.");
    }
}
