package io.vitrail.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnFromFewPhotosTest {
    @TempDir
    private Path folder;

    @Test
    void aPhotoThatItLearnedComesFirst() throws Exception {
        List<String> lines = Printed.by(
                LearnFromFewPhotos::main,
                folder.toString(),
                "images/chelsea.jpg",
                "images/coffee.jpg",
                "images/rocket.jpg",
                "images/rocket.jpg");
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).contains("label=bowl");
    }
}
