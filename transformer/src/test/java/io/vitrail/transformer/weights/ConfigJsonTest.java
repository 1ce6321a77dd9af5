package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigJsonTest {
    @TempDir
    private Path folder;

    @Test
    void readsByKeyAndType() {
        ConfigJson config = read(
                """
                {"width": 12, "eps": 1e-12, "bias": false, "act": "gelu", "image": [4, 6], "patch": 2, "depths": [1, 3], "factors": [1, 2.5],
                 "architectures": ["A", "B"], "id2label": {"10": "ten", "2": "two", "3": 7}, "vision": {"width": 5}}
                """);
        assertThat(config.size("width", 1)).isEqualTo(12);
        assertThat(config.number("eps", 0)).isEqualTo(1e-12);
        assertThat(config.flag("bias", true)).isFalse();
        assertThat(config.text("act")).contains("gelu");
        assertThat(config.pair("image", 1)).containsExactly(4, 6);
        assertThat(config.pair("patch", 1)).containsExactly(2, 2);
        assertThat(config.integers("depths")).containsExactly(1, 3);
        assertThat(config.numbers("factors")).containsExactly(1.0, 2.5);
        assertThat(config.texts("architectures")).containsExactly("A", "B");
        assertThat(config.numbered("id2label"))
                .containsExactly(Map.entry(2, "two"), Map.entry(3, "7"), Map.entry(10, "ten"));
        assertThat(config.object("vision").orElseThrow().integer("width", 0)).isEqualTo(5);
        assertThat(config.section("vision").integer("width", 0)).isEqualTo(5);
        assertThat(config.requiredObject("vision").integer("width", 0)).isEqualTo(5);
    }

    @Test
    void whatIsMissingOrNullIsTheDefault() {
        ConfigJson config = read("{\"width\": null}");
        assertThat(config.has("width")).isFalse();
        assertThat(config.size("width", 7)).isEqualTo(7);
        assertThat(config.pair("image", 3)).containsExactly(3, 3);
        assertThat(config.integers("depths", 1, 2)).containsExactly(1, 2);
        assertThat(config.number("eps", 0.5)).isEqualTo(0.5);
        assertThat(config.flag("bias", true)).isTrue();
        assertThat(config.text("act", "relu")).isEqualTo("relu");
        assertThat(config.texts("architectures")).isEmpty();
        assertThat(config.numbered("id2label")).isEmpty();
        assertThat(config.object("vision")).isEmpty();
        assertThat(config.section("vision").keys()).isEmpty();
    }

    @Test
    void whatHasToBeThereIsNamedWithItsFile() {
        Path file = folder.resolve("open_clip_config.json");
        ConfigJson config = ConfigJson.of(JsonNodeFactory.instance.objectNode(), file);
        assertThatThrownBy(() -> config.section("model").requiredObject("vision"))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("'model.vision' is missing.\n  file: " + file + "\n  try:  download the file again.");
    }

    static Stream<Arguments> wrong() {
        String whole = "a whole number within ±2³¹";
        String pair = "a whole number or two in a list";
        String numbered = "an object from whole numbers to texts";
        return Stream.of(
                wrong("\"12\"", whole, c -> c.integer("x", 0)),
                wrong("1.5", whole, c -> c.integer("x", 0)),
                wrong("2147483648", whole, c -> c.integer("x", 0)),
                wrong("0", "a positive whole number", c -> c.size("x", 1)),
                wrong("true", pair, c -> c.pair("x", 1)),
                wrong("[1,2,3]", pair, c -> c.pair("x", 1)),
                wrong("{}", "a list of whole numbers", c -> c.integers("x")),
                wrong("[1,null]", "a list of finite numbers", c -> c.numbers("x")),
                wrong("3", "a list of finite numbers", c -> c.numbers("x")),
                wrong("\"1\"", "a finite number", c -> c.number("x", 0)),
                wrong("NaN", "a finite number", c -> c.number("x", 0)),
                wrong("1", "true or false", c -> c.flag("x", false)),
                wrong("[\"gelu\"]", "a text", c -> c.text("x")),
                wrong("\"A\"", "a list of texts", c -> c.texts("x")),
                wrong("[\"A\",2]", "a list of texts", c -> c.texts("x")),
                wrong("[1]", "an object, from { to }", c -> c.object("x")),
                wrong("[\"cat\"]", numbered, c -> c.numbered("x")),
                wrong("[]", numbered, c -> c.numbered("x")),
                wrong("{\"one\":\"cat\"}", numbered, c -> c.numbered("x")),
                wrong("{\"01\":\"cat\"}", numbered, c -> c.numbered("x")),
                wrong("{\"1\":null}", numbered, c -> c.numbered("x")));
    }

    private static Arguments wrong(String value, String expected, Consumer<ConfigJson> reading) {
        return Arguments.of(value, expected, reading);
    }

    @ParameterizedTest(name = "{0} isn''t {1}")
    @MethodSource("wrong")
    void anotherTypeIsRefusedWithFileKeyValueAndRemedy(String value, String expected, Consumer<ConfigJson> reading) {
        ConfigJson config = read("{\"x\": " + value + ", \"vision\": {\"x\": " + value + "}}");
        String shown = value.equals("NaN") ? "\"NaN\"" : value;
        String where = "\n  file: " + folder.resolve("config.json")
                + "\n  try:  correct the value, or download the file again.";
        assertThatThrownBy(() -> reading.accept(config))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("'x' must be " + expected + ", not " + shown + "." + where);
        assertThatThrownBy(() -> reading.accept(config.object("vision").orElseThrow()))
                .hasMessage("'vision.x' must be " + expected + ", not " + shown + "." + where);
    }

    @Test
    void longValuesAreCut() {
        ConfigJson config = read("{\"x\": \"" + "a".repeat(1000) + "\"}");
        assertThatThrownBy(() -> config.integer("x", 0)).hasMessageContaining("not \"" + "a".repeat(119) + "….\n");
    }

    @Test
    void aConfigWithoutAFileIsCalledByItsUsualName() {
        ConfigJson config = new ConfigJson(JsonNodeFactory.instance.objectNode().put("x", "a"));
        assertThatThrownBy(() -> config.integer("x", 0)).hasMessageContaining("\n  file: config.json\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConfigJson(JsonNodeFactory.instance.arrayNode()))
                .withMessage("A config must be a JSON object, not ARRAY.");
    }

    private ConfigJson read(String json) {
        Fixtures.write(folder.resolve("config.json"), json.getBytes(StandardCharsets.UTF_8));
        Fixtures.write(folder.resolve("model.safetensors"), Fixtures.safeTensors(1));
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return ConfigJson.of(checkpoint);
        }
    }
}
