package io.vitrail.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuestionSamplesTest {
    private static final String CAT = "images/chelsea.jpg";

    /** A checkpoint among the module fusion's test resources. */
    private static String model(String name) throws URISyntaxException {
        return Path.of(QuestionSamplesTest.class
                        .getResource("/fusion/goldens/" + name)
                        .toURI())
                .toString();
    }

    @Test
    void askAboutPhotoPrintsAnAnswerAndAChoiceForEachQuestion() throws Exception {
        List<String> lines =
                Printed.by(AskAboutPhoto::main, model("blip_vqa/base"), CAT, "what is this ?", "is the cat sleeping ?");
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).startsWith("what is this ? ").matches(".*\\(-\\d+\\.\\d\\d\\)");
        assertThat(lines.get(3)).matches("  yes or no\\? (yes|no)");
    }

    @Test
    void matchTextsPrintsTheBestFirst() throws Exception {
        List<String> lines = Printed.by(MatchTexts::main, model("blip_itm/base"), CAT, "a cat", "two dogs", "the car");
        assertThat(lines).hasSize(3).allMatch(line -> line.matches("-?\\d\\.\\d{3} (a cat|two dogs|the car)"));
        assertThat(lines)
                .extracting(line -> -Double.parseDouble(line.split(" ")[0]))
                .isSorted();
    }
}
