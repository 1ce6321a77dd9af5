package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.GOLDENS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code verify DIR…}, with a golden case of three calls, one of which reads pictures. */
class VerifyCommandTest {
    @TempDir
    private Path folder;

    @Test
    void replaysEveryCallOnBothPaths() {
        CommandRun run = CommandRun.of("verify", GOLDENS);
        assertThat(run.status()).isZero();
        assertThat(run.lines().subList(0, 5))
                .allMatch(line -> line.matches("ok   vit/classification \\w+( \\(\\w+\\))?: largest difference .*"));
        assertThat(run.lines().stream().map(line -> line.replaceAll(":.*", "")))
                .containsExactly(
                        "ok   vit/classification forward (readable)",
                        "ok   vit/classification preprocess",
                        "ok   vit/classification from_files (readable)",
                        "ok   vit/classification forward (fast)",
                        "ok   vit/classification from_files (fast)",
                        "5 passed, 0 failed");
    }

    @Test
    void aPathAndAPrecisionCanBeChosen() {
        assertThat(lastLine(CommandRun.of("verify", "--path", "readable", GOLDENS)))
                .isEqualTo("3 passed, 0 failed");
        CommandRun reduced = CommandRun.of("verify", "--precision", "bf16", GOLDENS);
        assertThat(reduced.status()).isZero();
        assertThat(reduced.out()).contains("forward (fast bf16)");
        assertThat(lastLine(reduced)).isEqualTo("3 passed, 0 failed");
        CommandRun eightBits = CommandRun.of("verify", "--precision", "int8", GOLDENS);
        assertThat(eightBits.out()).contains("forward (fast int8)");
        assertThat(lastLine(eightBits)).isEqualTo("3 passed, 0 failed");
        CommandRun impossible = CommandRun.of("verify", "--precision", "bf16", "--path", "readable", GOLDENS);
        assertThat(impossible.status()).isEqualTo(2);
        assertThat(impossible.err())
                .startsWith("vitrail: --precision BF16 needs --path fast: the other paths compute in FP32 only");
    }

    @Test
    void aFolderNamedTwiceCountsOnce() {
        CommandRun run = CommandRun.of("verify", "--path", "fast", GOLDENS, GOLDENS.resolve("vit"));
        assertThat(lastLine(run)).isEqualTo("3 passed, 0 failed");
    }

    @Test
    void familiesThatNoCatalogueKnowsAreSkippedAndNamed() throws IOException {
        unknown("quantum_vit/one");
        unknown("quantum_vit/two");
        CommandRun run = CommandRun.of("verify", "--path", "fast", GOLDENS, folder);
        assertThat(run.status()).isZero();
        assertThat(run.lines()).hasSize(5);
        assertThat(run.lines().get(3)).isEqualTo("skipped quantum_vit: no catalogue knows this family");
        assertThat(lastLine(run)).isEqualTo("3 passed, 0 failed, 2 skipped");
    }

    private void unknown(String name) throws IOException {
        Path folder = Files.createDirectories(this.folder.resolve(name));
        Files.writeString(folder.resolve("golden.json"), "{\"format\": 1, \"family\": \"quantum_vit\"}");
    }

    @Test
    void oneOutputThatDiffersFailsItsCall() throws IOException {
        Path changed = change("\"logits\": \"from_files.logits\"", "\"logits\": \"forward.logits\"");
        CommandRun run = CommandRun.of("verify", changed);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("FAIL vit/classification from_files (readable): largest difference ");
        assertThat(run.out()).contains("; logits: 10 of 10 values differ");
        assertThat(lastLine(run)).isEqualTo("3 passed, 2 failed");
    }

    @Test
    void anOptionThatIsNotHonouredFailsItsCall() throws IOException {
        Path changed = change("\"output_attentions\": true", "\"head_mask\": true");
        CommandRun run = CommandRun.of("verify", "--path", "fast", changed);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("FAIL vit/classification forward (fast)").contains("Options [head_mask]");
        assertThat(lastLine(run)).isEqualTo("2 passed, 1 failed");
    }

    @Test
    void anOutputThatNobodyComputesFailsItsCall() throws IOException {
        Path changed = change("\"hidden_states.1\":", "\"cross_attentions.1\":");
        CommandRun run = CommandRun.of("verify", "--path", "fast", changed);
        assertThat(run.out()).contains("cross_attentions.1 is missing");
        assertThat(lastLine(run)).isEqualTo("2 passed, 1 failed");
    }

    @Test
    void aDamagedCaseFailsAndTheOthersGoOn() throws IOException {
        Path changed = change("", "");
        Files.writeString(changed.resolve("golden.safetensors"), "no tensors");
        CommandRun run = CommandRun.of("verify", "--path", "fast", changed, GOLDENS);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines().get(0)).startsWith("FAIL " + changed + ": ");
        assertThat(lastLine(run)).isEqualTo("3 passed, 1 failed");
        String anonymous = "{\"format\": 1, \"family\": \"\", \"calls\": [{}]}";
        for (String json : List.of("no JSON", "", "{}", "{\"format\": 1, \"calls\": [{}]}", anonymous)) {
            Files.writeString(changed.resolve("golden.json"), json);
            CommandRun again = CommandRun.of("verify", "--path", "fast", changed, GOLDENS);
            assertThat(again.status()).isEqualTo(1);
            assertThat(again.out()).doesNotContain("NullPointer");
            assertThat(lastLine(again)).isEqualTo("3 passed, 1 failed");
        }
    }

    @Test
    void aFolderWithoutCasesIsRefused() {
        CommandRun run = CommandRun.of("verify", folder);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).isEqualToIgnoringNewLines("vitrail: No golden.json lies under [" + folder + "].");
        assertThat(CommandRun.of("verify", folder.resolve("none")).err()).contains("is not a folder");
    }

    @Test
    void dumpWritesWhatWasComputed() throws IOException {
        assertThat(CommandRun.of("verify", "--path", "fast", "--dump", folder, GOLDENS)
                        .status())
                .isZero();
        try (SafeTensors computed = SafeTensors.open(folder.resolve("vit/classification.safetensors"));
                SafeTensors golden = SafeTensors.open(GOLDENS.resolve("vit/classification/golden.safetensors"))) {
            assertThat(computed.names())
                    .containsExactlyInAnyOrderElementsOf(golden.names().stream()
                            .filter(name -> !name.startsWith("in."))
                            .toList());
            assertThat(computed.tensor("from_files.logits").floats())
                    .hasSameSizeAs(golden.tensor("from_files.logits").floats());
        }
        assertThat(new ObjectMapper()
                        .readTree(folder.resolve("vit/classification.json").toFile())
                        .fieldNames())
                .toIterable()
                .containsExactly("forward", "preprocess", "from_files");
    }

    @Test
    void anyNameServesIfNothingIsDumped() throws IOException {
        Path changed = change("\"case\": \"classification\"", "\"case\": \"two pictures\"");
        CommandRun run = CommandRun.of("verify", "--path", "fast", changed);
        assertThat(run.status()).isZero();
        assertThat(run.lines().get(0)).startsWith("ok   vit/two pictures forward (fast): ");
        CommandRun dumped = CommandRun.of("verify", "--path", "fast", "--dump", folder.resolve("out"), changed);
        assertThat(dumped.status()).isEqualTo(1);
        assertThat(dumped.lines().get(0))
                .startsWith("FAIL " + changed)
                .endsWith("--dump can't name a file 'two pictures', as golden.json names its family or case: a name has"
                        + " letters, digits, '_', '-' and '.' only.");
    }

    @Test
    void aFolderThatCanNotBeWrittenToFailsBeforeTheFirstCase() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        for (Path out : List.of(file, file.resolve("sub"))) {
            CommandRun run = CommandRun.of("verify", "--dump", out, GOLDENS);
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err())
                    .startsWith("vitrail: Nothing can be written to '" + out + "' (")
                    .contains("). try:  --dump with another folder.");
            assertThat(run.out()).isEmpty();
        }
    }

    @Test
    void aDumpThatFailsIsAFailureBesideTheVerdicts() throws IOException {
        Files.writeString(folder.resolve("vit"), "no folder");
        CommandRun run = CommandRun.of("verify", "--path", "fast", "--dump", folder, GOLDENS);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines().get(3))
                .contains("What was computed can't be written: ", "file: " + folder.resolve("vit"));
        assertThat(lastLine(run)).isEqualTo("3 passed, 1 failed");
    }

    @Test
    void aMaskThatIsNotThereFailsItsCall() throws IOException {
        Path changed = change("\"op\": \"forward\",", "\"op\": \"forward\", \"mask_outputs\": \"in.mask\",");
        CommandRun run = CommandRun.of("verify", "--path", "fast", changed);
        assertThat(run.out())
                .contains("golden.safetensors has no tensor 'in.mask'")
                .doesNotContain("NullPointer");
    }

    private static String lastLine(CommandRun run) {
        return run.lines().get(run.lines().size() - 1);
    }

    /** A copy of the case with one text of its golden.json replaced. */
    private Path change(String text, String other) throws IOException {
        Path copy = Files.createDirectories(folder.resolve("vit/classification"));
        try (Stream<Path> files = Files.list(GOLDENS.resolve("vit/classification"))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        String json = Files.readString(copy.resolve("golden.json"));
        assertThat(json).contains(text);
        Files.writeString(copy.resolve("golden.json"), json.replace(text, other));
        return copy;
    }
}
