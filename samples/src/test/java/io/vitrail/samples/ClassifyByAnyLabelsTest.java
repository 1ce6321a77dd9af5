package io.vitrail.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassifyByAnyLabelsTest {
    @Test
    void printsEveryLabelAndACosine() throws Exception {
        Path model =
                Path.of(getClass().getResource("/fusion/goldens/siglip/base").toURI());
        List<String> lines = Printed.by(ClassifyByAnyLabels::main, model.toString(), "images/chelsea.jpg");
        assertThat(lines).hasSize(4);
        assertThat(String.join(" ", lines)).contains("label=a cat", "label=a dog", "label=a cup of coffee");
        assertThat(Double.parseDouble(lines.get(3))).isBetween(-1.0, 1.0);
    }
}
