package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.training.TrainingHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train} and {@code train captioner} on a few drawn pictures, to the end. */
class TrainFromNothingTest {
    private static final String STAGES = "1x16,1x24";

    @TempDir
    private static Path shared;

    private static Path data;
    private static Path classifier;
    private static CommandRun first;

    @TempDir
    private Path folder;

    @BeforeAll
    static void train() throws IOException {
        data = TinyPictures.data(shared.resolve("data"));
        classifier = shared.resolve("classifier");
        first = train(classifier, "--stages", STAGES, "--logit-adjustment", "0.5");
    }

    private static CommandRun train(Path out, Object... more) {
        List<Object> all = new ArrayList<>(List.of("train", "--data", data, "--out", out));
        all.addAll(List.of("--batch", 64, "--warm-up", 2, "--precision", "FP32"));
        all.addAll(List.of(more));
        return CommandRun.of(all.toArray());
    }

    @Test
    void theClassifierIsMeasuredAndSavedWithACard() throws IOException {
        assertThat(first.status()).isZero();
        assertThat(first.out())
                .contains("Trained 6 steps in ", "The checkpoint lies in " + classifier)
                .containsPattern("cifar10 +top-1 \\d+\\.\\d\\d %, top-5 100.00 % of 7")
                .containsPattern("pascal1k +top-1 \\d+\\.\\d\\d %, top-5 100.00 % of 7");
        assertThat(first.err()).contains("Reading the pictures …", "epoch 2  step 6  loss ", "cifar10 top1");
        assertThat(Files.readString(classifier.resolve("README.md")))
                .contains("| imagenette at 32 px | ", "Trained for 6 steps", "learning rate 8.0E-4", "1x16, 1x24");
        assertThat(TrainingHistory.read(classifier.resolve(TrainingHistory.FILE))
                        .steps())
                .hasSize(6);
        Path photo = Files.write(folder.resolve("cat.jpg"), TinyPictures.picture(3, 60));
        assertThat(CommandRun.of("classify", photo, "--model", classifier).status())
                .isZero();
    }

    @Test
    void aTrainingThatIsOverOnlySavesAndOtherOptionsAreRefused() throws IOException {
        byte[] weights = Files.readAllBytes(classifier.resolve("model.safetensors"));
        CommandRun again = train(classifier, "--stages", STAGES, "--logit-adjustment", "0.5");
        assertThat(again.status()).isZero();
        assertThat(again.err()).contains("Going on after step 6.").doesNotContain("step 6/6");
        assertThat(Files.readAllBytes(classifier.resolve("model.safetensors"))).isEqualTo(weights);
        CommandRun other = train(classifier, "--stages", "2x16", "--logit-adjustment", "0.5");
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.err()).contains("The training was begun with other options or pictures.");
    }

    @Test
    void anotherTrainingBeginsWithTheWeightsOfACheckpoint() {
        CommandRun run = train(folder, "--stages", "1x16", "--from", classifier, "--rate", "1e-9");
        assertThat(run.status()).as(run.err()).isZero();
        List<Double> losses = losses(folder);
        assertThat(losses.get(losses.size() - 1)).isLessThan(losses(classifier).get(0)); // it knew something
    }

    private static List<Double> losses(Path out) {
        return TrainingHistory.read(out.resolve(TrainingHistory.FILE)).steps().stream()
                .map(TrainingHistory.Step::loss)
                .toList();
    }

    @Test
    void theCaptionerLooksThroughTheClassifier() throws IOException {
        Object[] line = {
            "train",
            "captioner",
            "--data",
            data,
            "--out",
            folder,
            "--backbone",
            classifier,
            "--epochs",
            "0,2",
            "--batch",
            16
        };
        CommandRun run = CommandRun.of(line);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("Best after epoch ", ": ciderD ", "The checkpoint lies in " + folder);
        assertThat(run.err()).contains("looking at photos", "epoch 2  step ");
        CommandRun again = CommandRun.of(line);
        assertThat(again.err()).contains("Going on after step ").doesNotContain("looking at photos");
        Path photo = Files.write(folder.resolve("cat.jpg"), TinyPictures.picture(3, 60));
        CommandRun caption = CommandRun.of("caption", photo, "--model", folder);
        assertThat(caption.status()).isZero();
        assertThat(caption.out()).isNotBlank();
    }
}
