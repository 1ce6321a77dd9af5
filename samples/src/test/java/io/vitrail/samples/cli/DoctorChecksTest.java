package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What doctor's single checks call a problem. */
class DoctorChecksTest {
    private static final long GIGABYTE = 1_000_000_000;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0.1; 8; The heap is too small for large pictures.; VITRAIL_JAVA_OPTIONS=-Xmx1g",
                "0.3; 0.8; Less than 1.0 GB is little for the engine beside Java's heap.; a container with more"
                        + " memory.",
                "3.8; 4; The heap may grow until nothing is left for the engine, whose memory isn't in it.;"
                        + " a smaller heap: VITRAIL_JAVA_OPTIONS=-Xmx2000m"
            })
    void tooLittleMemoryIsAProblem(double heap, double usable, String problem, String remedy) {
        Finding finding =
                MachineCheck.memory((long) (heap * GIGABYTE), (long) (usable * GIGABYTE), OptionalLong.empty());
        assertThat(finding.problem()).contains(problem);
        assertThat(finding.remedy()).contains(remedy);
    }

    @Test
    void aContainersLimitIsTold() {
        assertThat(MachineCheck.memory(GIGABYTE, 4 * GIGABYTE, OptionalLong.of(16 * GIGABYTE)))
                .isEqualTo(Finding.well(
                        "memory", "heap up to 1.0 GB, of 4.0 GB that the container (cgroup) may take of 16.0 GB"));
        assertThat(MachineCheck.memory(GIGABYTE, 4 * GIGABYTE, OptionalLong.of(4 * GIGABYTE))
                        .found())
                .isEqualTo("heap up to 1.0 GB, of 4.0 GB");
    }

    @Test
    void aFolderThatCannotBeMadeIsAProblem() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "12345");
        Finding finding = CacheCheck.cache("cache", file.resolve("below"), "models");
        assertThat(finding.problem()).contains("Nothing can be written to " + file + ".");
        Finding well = CacheCheck.cache("cache", folder.resolve("a/b"), "models");
        assertThat(well.isWell()).isTrue();
        assertThat(well.found())
                .startsWith(folder.resolve("a/b") + ", not there yet, ")
                .endsWith(" free (models)");
    }

    @Test
    void sizesAreThoseOfTheFilesBelow() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "12345");
        Path below = Files.createDirectories(folder.resolve("a/b"));
        Files.writeString(below.resolve("other"), "1234567");
        Files.createSymbolicLink(below.resolve("link"), file);
        assertThat(CacheCheck.size(folder)).isEqualTo(12);
        assertThat(CacheCheck.size(file)).isEqualTo(5);
        assertThat(CacheCheck.cache("cache", folder, "models").found()).startsWith(folder + ", 12 bytes, ");
        Path link = Files.createSymbolicLink(folder.resolve("cache"), below.getParent());
        assertThat(CacheCheck.size(link)).isEqualTo(7);
    }

    /** The JDK's own file system can be read, and not be written to. */
    @Test
    void aFilledCacheMayBeReadOnly() {
        Path jdk = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base/java/io");
        Finding finding = CacheCheck.cache("cache", jdk, "models");
        assertThat(finding.isWell()).isTrue();
        assertThat(finding.found()).startsWith(jdk + ", ").endsWith(", read-only (models)");
    }

    @Test
    void whatCannotBeExaminedIsAProblemWithItsPathAndSetting() {
        Finding finding = CacheCheck.examined("cache", folder, "models; set by HF_HOME", () -> {
            throw new IOException("Stale file handle");
        });
        assertThat(finding.found()).isEqualTo(folder + " (models; set by HF_HOME)");
        assertThat(finding.problem()).contains("It can't be examined: java.io.IOException: Stale file handle.");
    }

    @Test
    void aFolderForTemporaryFilesThatIsNotThereIsNamedWithItsSetting() {
        String before = System.getProperty("java.io.tmpdir");
        Path none = folder.resolve("none");
        System.setProperty("java.io.tmpdir", none.toString());
        try {
            assertThatThrownBy(SelfTest::golden)
                    .hasMessageStartingWith("The golden case can't be unpacked: ")
                    .hasMessageContaining("\n  file: " + none + "\n")
                    .hasMessageEndingWith("-Djava.io.tmpdir=FOLDER.");
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
    }

    @Test
    void aWrongResultIsAProblem() throws IOException, URISyntaxException {
        Path doctor = Path.of(SelfTest.class.getResource("doctor").toURI());
        for (String file :
                List.of("preprocessor_config.json", "model.safetensors", "golden.json", "golden.safetensors")) {
            Files.copy(doctor.resolve(file), folder.resolve(file));
        }
        Files.copy(doctor.resolve("tiny.png"), folder.resolve("tiny.png"));
        String config = Files.readString(doctor.resolve("config.json"));
        Files.writeString(folder.resolve("config.json"), config);
        assertThat(SelfTest.golden(folder).isWell()).isTrue();
        Files.writeString(folder.resolve("config.json"), config.replace("\"gelu\"", "\"relu\""));
        Finding finding = SelfTest.golden(folder);
        assertThat(finding.problem().orElseThrow())
                .startsWith("FAIL vit/doctor forward (readable): largest difference ");
        assertThat(finding.remedy()).isPresent();
    }

    @Test
    void pathsThatDisagreeAreAProblem() {
        SelfTest.Answer cat = new SelfTest.Answer("cat", 0.4);
        assertThat(SelfTest.photo(cat, new SelfTest.Answer("cat", 0.4005)).isWell())
                .isTrue();
        assertThat(SelfTest.photo(cat, new SelfTest.Answer("cat", 0.41)).isWell())
                .isFalse();
        Finding finding = SelfTest.photo(cat, new SelfTest.Answer("dog", 0.4));
        assertThat(finding.found()).isEqualTo("a photo of a cat by the embedded model: dog, 40.0 %");
        assertThat(finding.problem()).contains("The readable operations say: cat, 40.0 %.");
    }
}
