package io.vitrail.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The classes in README.md are samples of this module, so they compile. */
class ReadmeTest {
    private static final Pattern CLASS =
            Pattern.compile("```java\\R(package io\\.vitrail\\.samples;.*?public class (\\w+).*?)```", Pattern.DOTALL);

    @Test
    void itsClassesAreSamples() throws IOException {
        List<String> classes = CLASS.matcher(Files.readString(Path.of("../README.md")))
                .results()
                .map(found -> {
                    assertThat(found.group(1)).isEqualTo(source(found.group(2)));
                    return found.group(2);
                })
                .toList();
        assertThat(classes).contains("ClassifyPhoto", "ReadAndWrite");
    }

    private static String source(String name) {
        try {
            return Files.readString(Path.of("src/main/java/io/vitrail/samples/" + name + ".java"));
        } catch (IOException e) {
            throw new AssertionError("README.md shows a class that is no sample: " + name, e);
        }
    }
}
