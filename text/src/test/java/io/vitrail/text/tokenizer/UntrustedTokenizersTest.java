package io.vitrail.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files from strangers lead to errors that say what is wrong, never to the end of the JVM. */
class UntrustedTokenizersTest {
    @TempDir
    Path folder;

    private static final String JSON =
            """
            {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": %s,
             "pre_tokenizer": %s, "post_processor": %s, "decoder": null,
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                       "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0, "a": 1}}}
            """;

    private Path write(String json) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), json);
        return folder;
    }

    private void assertRefused(String json, String problem) throws IOException {
        Path written = write(json);
        assertThatThrownBy(() -> Tokenizer.load(written).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(problem)
                .hasMessageContaining("file: ")
                .hasMessageContaining("try:  ");
    }

    @Test
    void theTemplateOfTheseTestsIsValid() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(write(JSON.formatted("null", "null", "null")))) {
            assertThat(tokenizer.encode("a").ids()).containsExactly(1);
        }
    }

    @Test
    void refusesExpressionsThatNeverEnd() throws IOException {
        String split =
                """
                {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated", "invert": false}""";
        assertRefused(JSON.formatted("null", split, "null"), "it repeats what itself repeats or chooses ((a+)+$)");
        String replace =
                """
                {"type": "Replace", "pattern": {"Regex": "\\\\s*\\\\s*x"}, "content": ""}""";
        assertRefused(JSON.formatted(replace, "null", "null"), "it tries too many ways before it fails");
    }

    @Test
    void refusesReplacementsThatMakeTextsMuchLonger() throws IOException {
        String replace = """
                {"type": "Replace", "pattern": {"String": "a"}, "content": "%s"}""";
        assertRefused(JSON.formatted(replace.formatted("x".repeat(5)), "null", "null"), "may make 5 times as long");
    }

    @Test
    void refusesDamagedNormalisations() throws IOException {
        byte[] outside = new byte[4 + 1024 + 4];
        Arrays.fill(outside, (byte) 0x7F);
        outside[0] = 0;
        outside[1] = 4;
        outside[2] = 0;
        outside[3] = 0;
        String table = """
                {"type": "Precompiled", "precompiled_charsmap": "%s"}""";
        String encoded = Base64.getEncoder().encodeToString(outside);
        assertRefused(JSON.formatted(table.formatted(encoded), "null", "null"), "leads out of it");
        assertRefused(JSON.formatted(table.formatted("AAA="), "null", "null"), "it has no size");
        assertRefused(JSON.formatted(table.formatted("*"), "null", "null"), "isn't base64");
    }

    @Test
    void refusesWhatIsNoTokenizer() throws IOException {
        assertRefused("[]", "A JSON object must stand here");
        assertRefused("{\"model\": {\"type\": \"BPE\"}}", "There is no 'model' with a 'vocab'.");
        assertRefused("{\"model\": {\"vocab\": {\"a\": -1}}}", "An id in 'vocab' isn't a whole number");
        assertRefused("{\"model\": {\"vocab\": [[\"a\", \"b\"]]}}", "must list pairs of a text and a number");
        assertRefused("{\"version\": ", "The JSON is damaged or beyond the limits");
        assertRefused(
                JSON.formatted("null", "{\"type\": \"Unheard\"}", "null"), "This is no tokenizer that the library");
        assertRefused(JSON.formatted("null", "null", "{\"type\": \"Unheard\"}"), "'Unheard' isn't supported");
        assertRefused(
                JSON.formatted("{\"type\": \"Prepend\", \"prepend\": \"\\uD83D\"}", "null", "null"),
                "Half a surrogate");
    }

    @Test
    void refusesMergesThatLackTheirPrefix() throws IOException {
        assertRefused(
                """
                {"added_tokens": [], "normalizer": null, "pre_tokenizer": null, "decoder": null,
                 "model": {"type": "BPE", "continuing_subword_prefix": "####", "vocab": {"a": 0, "b": 1, "ab": 2},
                           "merges": ["a b"]}}""",
                "A merge lacks the prefix of continued words.");
    }

    @Test
    void aVocabularyWithoutTheUnknownTokenSaysSoWhenOneIsMet() throws IOException {
        String json =
                JSON.formatted("null", "null", "null").replace("\"unk_token\": \"[UNK]\"", "\"unk_token\": \"?\"");
        try (Tokenizer tokenizer = Tokenizer.load(write(json))) {
            assertThat(tokenizer.encode("a").ids()).containsExactly(1);
            assertThatThrownBy(() -> tokenizer.encode("b"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("The tokenizer can't split a text: ");
        }
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> Tokenizer.load(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("There is no tokenizer.json")
                .hasMessageContaining("tokenizer_class");
        assertThatThrownBy(() -> Tokenizer.loadAs("BertTokenizer", folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("The file does not exist.")
                .hasMessageContaining("vocab.txt");
    }

    @Test
    void refusesSpecialTokensThatTheVocabularyLacks() throws IOException {
        Files.writeString(folder.resolve("vocab.txt"), "[UNK]\na\n");
        assertThatThrownBy(() -> Tokenizer.loadAs("BertTokenizer", folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("The vocabulary lacks the special token '[CLS]'.");
    }

    @Test
    void damagedSentencePieceModelsAreRefused() throws IOException {
        byte[] model = Files.readAllBytes(TokenizerCases.folder("siglip_rules").resolve("spiece.model"));
        Path file = folder.resolve("spiece.model");
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = Arrays.copyOf(model, i < 100 ? random.nextInt(model.length) : model.length);
            for (int j = 0; j < 3 && damaged.length > 0; j++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            Files.write(file, damaged);
            try (Tokenizer tokenizer = Tokenizer.loadAs("SiglipTokenizer", folder)) {
                tokenizer.encode("A photo of ﬁ 😀 naïve");
            } catch (CheckpointException e) {
                assertThat(e.getMessage()).contains("file: ");
            }
        }
    }
}
