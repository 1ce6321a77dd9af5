package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.fusion.ImageTextEmbedder;
import io.vitrail.transformer.Embedding;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code embed IMAGE…}. */
class EmbedCommandTest {
    private static final Path PHOTO = CHECKPOINT.resolve("photo.png");

    @Test
    void jsonHoldsAVectorOfLengthOne() {
        CommandRun run = CommandRun.of("embed", "--json", "--model", CHECKPOINT, PHOTO);
        assertThat(run.status()).isZero();
        JsonNode line = run.json().get(0);
        assertThat(line.fieldNames()).toIterable().containsExactly("file", "embedding");
        assertThat(line.path("embedding")).hasSize(32);
        assertThat(squares(line)).isCloseTo(1, within(1e-5));
    }

    @Test
    void rawVectorsKeepTheirLength() {
        CommandRun run = CommandRun.of("embed", "--json", "--raw", "--pooling", "mean", "--model", CHECKPOINT, PHOTO);
        assertThat(run.status()).isZero();
        assertThat(squares(run.json().get(0))).isGreaterThan(1.5);
    }

    @Test
    void picturesAndSentencesOfClipAreInOneSpace() {
        Path clip = CommandRun.FUSION.resolve("clip/quick_gelu");
        Embedding picture = vector(CommandRun.of("embed", "--json", "-m", clip, clip.resolve("photo.png")));
        Embedding sentence = vector(CommandRun.of("embed", "--json", "-m", clip, "--text", "a cat on the table"));
        try (ImageTextEmbedder embedder = ImageTextEmbedder.load(clip)) {
            assertThat(picture.cosine(embedder.embedImage(Image.fromFile(clip.resolve("photo.png")))))
                    .isCloseTo(1, within(1e-6));
            assertThat(sentence.cosine(embedder.embedText("a cat on the table")))
                    .isCloseTo(1, within(1e-6));
        }
    }

    private static Embedding vector(CommandRun run) {
        assertThat(run.status()).isZero();
        JsonNode numbers = run.json().get(0).path("embedding");
        float[] values = new float[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers.path(i).floatValue();
        }
        return new Embedding(values);
    }

    private static double squares(JsonNode line) {
        double sum = 0;
        for (JsonNode value : line.path("embedding")) {
            sum += value.asDouble() * value.asDouble();
        }
        return sum;
    }

    @Test
    void withoutJsonALineIsTheFileATabAndNumbers() {
        CommandRun run = CommandRun.of("embed", "--model", CHECKPOINT, PHOTO, CHECKPOINT.resolve("none.png"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("none.png");
        List<String> lines = run.lines();
        assertThat(lines).hasSize(1);
        String[] parts = lines.get(0).split("\t");
        assertThat(parts[0]).isEqualTo(PHOTO.toString());
        assertThat(parts[1].split(" ")).hasSize(32).allMatch(number -> Float.isFinite(Float.parseFloat(number)));
    }

    @Test
    void aPoolingThatTheModelLacksFailsOnceNotForEachPicture() { // the embedded model has no class token
        CommandRun run = CommandRun.of("embed", "--pooling", "class_token", PHOTO, PHOTO);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .isEqualToIgnoringNewLines("vitrail: This model has no class token. try:  the pooling MEAN or POOLED.");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void anUnknownPoolingIsAWrongCommandLine() {
        CommandRun run = CommandRun.of("embed", "--pooling", "max", PHOTO);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--pooling").contains("CLASS_TOKEN");
    }
}
