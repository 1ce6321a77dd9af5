package io.vitrail.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchPhotosTest {
    @TempDir
    private Path photos;

    @Test
    void printsWhatIsNewAndWhatWasFound() throws Exception {
        Path clip = Path.of(SearchPhotosTest.class
                .getResource("/fusion/goldens/clip/quick_gelu")
                .toURI());
        for (String name : List.of("photo.png", "drawing.png")) {
            Files.copy(clip.resolve(name), photos.resolve(name));
        }
        String[] arguments = {clip.toString(), photos.toString(), "a cat on the table"};
        assertThat(Printed.by(SearchPhotos::main, arguments))
                .hasSize(3)
                .startsWith("2 new photos, 0 as before")
                .last()
                .asString()
                .matches("-?[01]\\.\\d{3} " + photos + "/(photo|drawing)\\.png");
        assertThat(Printed.by(SearchPhotos::main, arguments)).startsWith("0 new photos, 2 as before");
    }
}
