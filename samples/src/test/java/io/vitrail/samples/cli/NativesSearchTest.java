package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What DJL would fetch: nothing that is on the class path, in its cache, or where a setting leads. */
class NativesSearchTest {
    private static final String TORCH_JAR = "native/lib/pytorch.properties";
    private static final String BRIDGE_JAR = "jnilib/pytorch.properties";

    @TempDir
    private Path folder;

    @Test
    void nothingWhereTheTestsRun() {
        assertThat(NativesCheck.downloads().isWell()).isTrue();
        assertThat(problem(search(Optional.empty(), TORCH_JAR, BRIDGE_JAR))).isEmpty();
    }

    @Test
    void nativesThatAreNowhereWouldBeFetched() {
        Finding missing = NativesCheck.downloads(search(Optional.empty(), BRIDGE_JAR));
        assertThat(missing.problem())
                .contains("They are neither on the class path nor in DJL's cache, so DJL would download some.");
        assertThat(missing.remedy().orElseThrow())
                .contains("ai.djl.pytorch:pytorch-native-cpu", "PYTORCH_LIBRARY_PATH");
    }

    @Test
    void theBridgeIsLookedForApart() throws IOException {
        Finding missing = NativesCheck.downloads(search(Optional.empty(), TORCH_JAR));
        assertThat(missing.problem())
                .contains("It is neither on the class path nor in DJL's cache, so DJL would download it.");
        assertThat(missing.remedy()).contains("the dependency ai.djl.pytorch:pytorch-jni.");
        Path torch = file("mine", NativesSearch.TORCH);
        assertThat(problem(search(Optional.of(torch.getParent().toString())))).contains("would download it.");
        file("mine", "0.35.1-" + NativesSearch.BRIDGE);
        assertThat(problem(search(Optional.of(torch.getParent().toString())))).isEmpty();
    }

    @Test
    void aSettingMayNameSeveralFoldersOrTheLibraryItself() throws IOException {
        Path torch = file("mine", NativesSearch.TORCH);
        Path empty = Files.createDirectories(folder.resolve("empty"));
        String several = empty + File.pathSeparator + folder.resolve("none") + File.pathSeparator + torch.getParent();
        assertThat(problem(search(Optional.of(several), BRIDGE_JAR))).isEmpty();
        assertThat(problem(search(Optional.of(torch.toString()), BRIDGE_JAR))).isEmpty();
    }

    @Test
    void aSettingThatLeadsNowhereIsAProblemWhateverElseIsThere() throws IOException {
        String empty = Files.createDirectories(folder.resolve("empty")).toString();
        assertThat(problem(search(Optional.of(empty), TORCH_JAR, BRIDGE_JAR)))
                .isEqualTo("PYTORCH_LIBRARY_PATH leads to no " + NativesSearch.TORCH + ": '" + empty + "'.");
    }

    @Test
    void whatDjlFetchedBeforeServes() throws IOException {
        file("cache/2.7.1-cpu-linux-x86_64", NativesSearch.TORCH);
        file("cache/2.7.1-cpu-linux-x86_64", "0.35.1-" + NativesSearch.BRIDGE);
        assertThat(problem(search(Optional.empty()))).contains("would download some.");
        file("cache/2.7.1-cu128-linux-x86_64", NativesSearch.TORCH);
        assertThat(problem(search(Optional.empty()))).contains("would download it.");
        file("cache/2.7.1-cu128-linux-x86_64", "0.35.1-" + NativesSearch.BRIDGE);
        assertThat(problem(search(Optional.empty()))).isEmpty();
    }

    private static String problem(NativesSearch natives) {
        return NativesCheck.downloads(natives).problem().orElse("");
    }

    private NativesSearch search(Optional<String> override, String... jars) {
        Pattern kept = Pattern.compile("2\\.7\\.1-cu\\d+(-precxx11)?-linux-x86_64");
        return new NativesSearch(override, Set.of(jars)::contains, folder.resolve("cache"), kept);
    }

    private Path file(String below, String name) throws IOException {
        Path file = Files.createDirectories(folder.resolve(below)).resolve(name);
        return Files.write(file, new byte[] {1});
    }
}
