package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.weights.CheckpointName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TuningCardTest {
    private static final TuningReport REPORT = new TuningReport(
            TuningReport.End.FINISHED,
            12,
            Duration.ofSeconds(34),
            0.5,
            Optional.of(new TuningReport.Best(8, 2, new Evaluation(Map.of("accuracy", 0.87654)))),
            Map.of("frozen", "a|b"));

    private static String card(Optional<String> licence, String command) {
        TuningCard.Story story = new TuningCard.Story("text-classification", "5 texts", command);
        return new TuningCard(CheckpointName.of(Path.of("base")), licence, TuningCard.Library.PEFT, story).text(REPORT);
    }

    @Test
    void saysWhatWasLearnedHowWellAndHow() {
        assertThat(card(Optional.of("mit"), "./vitrail finetune text"))
                .startsWith("---\nlicense: \"mit\"\nbase_model: \"base\"\nlibrary_name: peft\n")
                .contains("pipeline_tag: text-classification\n---\n", "# base, fine-tuned", "on 5 texts.")
                .contains("| after epoch 2 | |", "| accuracy | 0.8765 |", "Trained for 12 steps in 34 s.")
                .endsWith("\n```\n./vitrail finetune text\n```\n");
    }

    @Test
    void namesFromElsewhereStayInTheirLinesAndCells() {
        assertThat(card(Optional.of("mit\nlibrary_name: evil"), ""))
                .contains("license: \"mit\\nlibrary_name: evil\"\n", "| frozen | a\\|b |")
                .doesNotContain("```");
    }
}
