package io.vitrail.fusion.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results on disk. */
class ResultFileTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TWO =
            "{\"file\":\"a.jpg\",\"label\":\"cat\"}\n{\"file\":\"b.jpg\",\"error\":\"none\"}\n";

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("results.jsonl");
    }

    private static ObjectNode result(String name) {
        return JSON.createObjectNode().put("file", name).put("label", "caf\u00E9");
    }

    private static String line(String name) {
        return "{\"file\":\"" + name + "\",\"label\":\"caf\u00E9\"}\n";
    }

    @Test
    void aNewFileGetsALineForEachResult() throws IOException {
        try (ResultFile results = ResultFile.open(file, "file")) {
            assertThat(results.found()).isZero();
            assertThat(results.claim("a.jpg")).isTrue();
            assertThat(results.claim("a.jpg")).isFalse();
            results.write(result("a.jpg"));
            assertThat(Files.readString(file)).isEqualTo(line("a.jpg"));
            assertThat(results.claim("a.jpg")).isFalse();
        }
    }

    @Test
    void whatIsDoneIsNotDoneAgain() throws IOException {
        Files.writeString(file, TWO);
        try (ResultFile results = ResultFile.open(file, "file")) {
            assertThat(results.found()).isEqualTo(2);
            assertThat(results.claim("a.jpg")).isFalse();
            assertThat(results.claim("b.jpg")).isFalse();
            assertThat(results.claim("c.jpg")).isTrue();
            results.write(result("c.jpg"));
        }
        assertThat(Files.readString(file)).isEqualTo(TWO + line("c.jpg"));
    }

    @Test
    void aLineThatWasCutAnywhereIsRemovedAndItsItemDoneAgain() throws IOException {
        byte[] last = line("c.jpg").getBytes(UTF_8);
        byte[] before = TWO.getBytes(UTF_8);
        for (int kept = 1; kept < last.length; kept++) {
            byte[] torn = new byte[before.length + kept];
            System.arraycopy(before, 0, torn, 0, before.length);
            System.arraycopy(last, 0, torn, before.length, kept);
            Files.write(file, torn);
            try (ResultFile results = ResultFile.open(file, "file")) {
                assertThat(Files.readString(file)).isEqualTo(TWO);
                assertThat(results.claim("c.jpg")).isTrue();
                results.write(result("c.jpg"));
            }
            assertThat(Files.readString(file)).isEqualTo(TWO + line("c.jpg"));
        }
    }

    @Test
    void zerosAtTheEndAreRemoved() throws IOException {
        Files.writeString(file, TWO + "\0\0\0\0");
        ResultFile.open(file, "file").close();
        assertThat(Files.readString(file)).isEqualTo(TWO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"my notes", "{\"name\":\"x\"", "{\"file\":\"a.jpg\"}\nno JSON\n", "{\"name\":\"x\"}\n", "[1]\n"})
    void whatHoldsNoResultsIsLeftAlone(String content) throws IOException {
        Files.writeString(file, content);
        assertThatThrownBy(() -> ResultFile.open(file, "file"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Line ")
                .hasMessageContaining("file: " + file);
        assertThat(Files.readString(file)).isEqualTo(content);
        assertThatThrownBy(() -> ResultFile.open(file, "file")).hasMessageStartingWith("Line "); // no lock is left
    }

    @Test
    void onlyClaimedItemsAreWrittenAndOnce() throws IOException {
        try (ResultFile results = ResultFile.open(file, "file")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> results.write(result("a.jpg")))
                    .withMessage("Nobody claimed \"a.jpg\", or it is done.");
            results.claim("a.jpg");
            results.write(result("a.jpg"));
            assertThatIllegalArgumentException().isThrownBy(() -> results.write(result("a.jpg")));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> results.write(JSON.createObjectNode().put("name", "a")))
                    .withMessage("A result begins with \"file\", not \"name\".");
        }
        assertThat(Files.readString(file)).isEqualTo(line("a.jpg"));
    }

    @Test
    void oneProgramCannotOpenItTwice() {
        ResultFile results = ResultFile.open(file, "file");
        assertThatThrownBy(() -> ResultFile.open(file, "file"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Results are being written to this file already.");
        results.close();
        results.close();
        ResultFile.open(file, "file").close();
    }

    @Test
    @Timeout(60)
    void twoProgramsCannotOpenItAtTheSameTime() throws IOException, InterruptedException {
        Process other = OtherProgram.start(Holder.class, file.toString());
        try {
            assertThat(other.inputReader(UTF_8).readLine()).isEqualTo("open");
            assertThatThrownBy(() -> ResultFile.open(file, "file"))
                    .hasMessageStartingWith("Results are being written to this file already.");
        } finally {
            other.destroyForcibly();
        }
        assertThat(other.waitFor(20, TimeUnit.SECONDS)).isTrue();
        ResultFile.open(file, "file").close(); // a kill gives it free
    }

    /** Holds a result file until it is killed. */
    static final class Holder {
        public static void main(String[] arguments) throws InterruptedException {
            ResultFile.open(Path.of(arguments[0]), "file");
            System.out.println("open");
            Thread.sleep(60_000);
        }
    }

    @Test
    void aFolderOrAMissingOneIsNoPlaceForResults() {
        assertThatThrownBy(() -> ResultFile.open(folder, "file"))
                .hasMessageStartingWith("The results can't be written: ")
                .hasMessageContaining("name a file in a folder of yours");
        assertThatThrownBy(() -> ResultFile.open(folder.resolve("none/results.jsonl"), "file"))
                .isInstanceOf(CheckpointException.class);
    }

    @Test
    void anyThreadMayWrite() throws IOException {
        List<String> names = IntStream.range(0, 500).mapToObj(i -> "p" + i).toList();
        try (ResultFile results = ResultFile.open(file, "file")) {
            names.parallelStream().filter(results::claim).forEach(name -> results.write(result(name)));
        }
        try (ResultFile results = ResultFile.open(file, "file")) {
            assertThat(results.found()).isEqualTo(500);
            assertThat(names).noneMatch(results::claim);
        }
        assertThat(Files.readAllLines(file)).hasSize(500);
    }
}
