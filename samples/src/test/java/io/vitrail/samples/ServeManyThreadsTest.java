package io.vitrail.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServeManyThreadsTest {
    @Test
    void printsTheBestClassOfEachPhotoInTheirOrder() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream console = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            ServeManyThreads.main(new String[] {"images/chelsea.jpg", "images/rocket.jpg", "images/chelsea.jpg"});
        } finally {
            System.setOut(console);
        }
        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("images/chelsea.jpg: ScoredLabel[label=cat, ");
        assertThat(lines.get(1)).startsWith("images/rocket.jpg: ScoredLabel[");
        assertThat(lines.get(2)).startsWith("images/chelsea.jpg: ScoredLabel[label=cat, ");
    }
}
