package io.vitrail.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.samples.transduction.Transduction;
import io.vitrail.text.training.TransformerRecipe;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.training.Schedule;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainTransformerTest {
    @TempDir
    private Path folder;

    @Test
    void printsProgressAndThreeExamples() throws Exception {
        EncoderConfig layers = new EncoderConfig(16, 1, 2, 32, 1e-5f, Activation.RELU, Bias.PRESENT);
        TransformerRecipe recipe =
                new TransformerRecipe(layers, 32, 100, 2, new Schedule.Noam(1, 16, 50), 0.1f, 0.1f, 0.9, 1);
        List<String> lines = Printed.by(arguments -> {
            TrainTransformer.train(Transduction.DATES, recipe, folder);
            TrainTransformer.examine(Transduction.DATES.heldOut(5), folder);
        });
        assertThat(lines).hasSize(5);
        assertThat(lines.get(0)).matches("step 100: loss \\d\\.\\d{3}, rate 0\\.0\\d{4}");
        assertThat(lines.subList(1, 4)).allMatch(line -> line.contains(" -> "));
        assertThat(lines.get(4)).matches("\\d of 5 are right");
    }
}
