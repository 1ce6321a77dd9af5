package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what torchvision makes of the same Pillow image, in every magnitude, both ways: augmentation/record.py. */
class PictureOperationTest {
    static Stream<JsonNode> cases() throws IOException {
        try (InputStream in = PictureOperationTest.class.getResourceAsStream("/augmentation/operations.json")) {
            JsonNode cases = new ObjectMapper().readTree(in);
            return StreamSupport.stream(cases.spliterator(), false);
        }
    }

    @ParameterizedTest(name = "picture {index}")
    @MethodSource("cases")
    void equalsTorchvisionInRandAugment(JsonNode recorded) {
        Picture picture = picture(recorded);
        for (PictureOperation operation : PictureOperation.values()) {
            JsonNode expected = recorded.path("rand").path(operation.name());
            compare(operation, picture, RandAugment.largest(operation, picture), expected);
        }
    }

    @ParameterizedTest(name = "picture {index}")
    @MethodSource("cases")
    void equalsTorchvisionInTrivialAugment(JsonNode recorded) {
        Picture picture = picture(recorded);
        for (PictureOperation operation : PictureOperation.values()) {
            JsonNode expected = recorded.path("trivial").path(operation.name());
            compare(operation, picture, TrivialAugment.largest(operation), expected);
        }
    }

    @ParameterizedTest(name = "picture {index}")
    @MethodSource("cases")
    void hueTurnsAsInTorchvision(JsonNode recorded) {
        Picture picture = picture(recorded);
        for (JsonNode turn : recorded.path("hue")) {
            assertThat(crc(Hue.turned(picture, turn.get(0).asDouble())))
                    .as("hue turned by %s", turn.get(0))
                    .isEqualTo(turn.get(1).asLong());
        }
    }

    private static void compare(PictureOperation operation, Picture picture, double largest, JsonNode expected) {
        int ways = expected.size() > Policy.LARGEST_MAGNITUDE + 1 ? 2 : 1;
        assertThat(expected.size()).isIn(1, 31, 62);
        for (int i = 0; i < expected.size(); i++) {
            float strength = PictureOperation.strength(largest, i / ways);
            assertThat(crc(operation.apply(picture, i % ways == 0 ? strength : -strength)))
                    .as("%s, magnitude %d, way %d, %s", operation, i / ways, i % ways, strength)
                    .isEqualTo(expected.get(i).asLong());
        }
    }

    /** The picture that the recipe draws. */
    private static Picture picture(JsonNode recorded) {
        int width = recorded.path("width").asInt();
        int height = recorded.path("height").asInt();
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            int c = i % 3;
            int x = i / 3 % width;
            int y = i / 3 / width;
            int value = x * (3 + c) + y * (5 - 2 * c) * 2 + Math.floorDiv(x * y * (c + 1), 3) + 11 * c;
            rgb[i] = (byte) (7 + Math.floorMod(value, 240));
        }
        Picture picture = new Picture(width, height, rgb);
        assertThat(crc(picture)).isEqualTo(recorded.path("picture").asLong());
        return picture;
    }

    private static long crc(Picture picture) {
        CRC32 crc = new CRC32();
        crc.update(picture.rgb());
        return crc.getValue();
    }
}
