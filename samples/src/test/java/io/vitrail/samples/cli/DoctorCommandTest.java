package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code doctor} as a whole: what it prints, its status, and that it leaves nothing behind. */
class DoctorCommandTest {
    @Test
    void allIsWellWhereTheTestsRun() throws IOException {
        List<Path> before = leftovers();
        CommandRun run = CommandRun.of("doctor", "--json");
        assertThat(run.json()).extracting(line -> line.path("problem").asText()).containsOnly("");
        assertThat(run.status()).isZero();
        assertThat(run.json())
                .extracting(line -> line.path("check").asText())
                .containsExactly(
                        "vitrail",
                        "java",
                        "cpu",
                        "memory",
                        "hub cache",
                        "DJL cache",
                        "JavaCPP cache",
                        "temporary",
                        "class archive",
                        "opencv",
                        "downloads",
                        "pytorch",
                        "kernels",
                        "golden case",
                        "photo");
        assertThat(found(run, "pytorch")).contains("2.7.1", " threads, ", " GPUs");
        assertThat(found(run, "opencv")).startsWith("4.13.0 from ").contains("opencv_imgcodecs");
        assertThat(found(run, "kernels")).contains("FP32: kernels of ", "AUTO: ", "BF16: ");
        assertThat(found(run, "hub cache")).contains("HF_HUB_CACHE");
        assertThat(found(run, "golden case")).startsWith("3 results of transformers, largest difference ");
        assertThat(found(run, "photo")).startsWith("a photo of a cat by the embedded model: ");
        assertThat(leftovers()).isEqualTo(before);
    }

    private static String found(CommandRun run, String check) {
        return run.json().stream()
                .filter(line -> line.path("check").asText().equals(check))
                .map(JsonNode::toString)
                .map(text -> text.substring(text.indexOf("\"found\":\"") + 9))
                .findFirst()
                .orElseThrow();
    }

    private static List<Path> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("vitrail-doctor-"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void everyProblemHasItsRemedyAndTheRestIsCheckedAllTheSame() {
        Map<String, Supplier<Finding>> checks = new LinkedHashMap<>();
        checks.put("first", () -> Finding.ill("first", "nothing", "It isn't there.", "put it there."));
        checks.put("second", () -> {
            throw new UnsatisfiedLinkError("libtorch.so");
        });
        checks.put("third", () -> {
            throw new IllegalArgumentException("Wrong.\n  try:  something else.");
        });
        checks.put("fourth", () -> Finding.well("fourth", "fine"));
        StringWriter out = new StringWriter();
        assertThat(new DoctorCommand().report(new PrintWriter(out), checks)).isEqualTo(1);
        assertThat(out.toString().lines())
                .containsExactly(
                        "FAIL first         nothing",
                        "     problem: It isn't there.",
                        "     try:     put it there.",
                        "FAIL second        failed",
                        "     problem: A library can't be loaded (UnsatisfiedLinkError: libtorch.so).",
                        "     try:     delete what was unpacked of it (~/.djl.ai, ~/.javacpp), or build again.",
                        "FAIL third         failed",
                        "     problem: Wrong.",
                        "     try:     something else.",
                        "ok   fourth        fine",
                        "3 of 4 checks found a problem.");
    }
}
