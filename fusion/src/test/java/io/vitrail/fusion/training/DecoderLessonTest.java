package io.vitrail.fusion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.fusion.ImageCaptioner;
import io.vitrail.text.tokenizer.DecodeOptions;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.training.TuningReport.End;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A captioner of drawn sheets, trained in seconds. */
class DecoderLessonTest {
    @TempDir
    private static Path shared;

    private static Path data;
    private static Path backbone;

    @TempDir
    private Path folder;

    @BeforeAll
    static void draw() throws IOException {
        data = TinyCaptions.data(shared.resolve("data"));
        backbone = TinyCaptions.backbone(shared.resolve("backbone"));
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Losses of the steps, and a wish to stop after one of them. */
    private static final class Heard implements TuningProgress {
        private final long last;
        private final List<Double> losses = new ArrayList<>();
        private final List<Double> scores = new ArrayList<>();
        private final List<Integer> epochs = new ArrayList<>();
        private long step;
        private long resumed;
        private long killed = -1;

        Heard(long last) {
            this.last = last;
        }

        @Override
        public void stepped(Step now) {
            losses.add(now.loss());
            step = now.number();
            if (step == killed) {
                throw new Killed();
            }
        }

        @Override
        public void evaluated(Evaluated evaluated) {
            scores.add(evaluated.evaluation().value());
            epochs.add(evaluated.epoch());
        }

        @Override
        public void resumed(long steps) {
            resumed = steps;
        }

        @Override
        public boolean stopRequested() {
            return step == last;
        }
    }

    private static TuningReport train(Path out, int photoEpochs, TuningProgress progress) {
        CaptionTrainingOptions options = TinyCaptions.options(photoEpochs);
        return train(out, options, TinyCaptions.tuning(options).build(), progress);
    }

    private static TuningReport train(
            Path out, CaptionTrainingOptions options, FineTuning how, TuningProgress progress) {
        try (FrozenBackbone eyes = FrozenBackbone.open(Optional.of(backbone));
                DecoderLesson lesson = DecoderLesson.of(
                        new DecoderLesson.Source(data, eyes, out), options, how, (what, done, total) -> {})) {
            return new FineTuner(lesson, how).run(out, progress);
        }
    }

    @Test
    void itLearnsToSayWhatItSees() throws IOException {
        Heard heard = new Heard(-1);
        TuningReport report = train(folder, 25, heard);
        assertThat(report.end()).isEqualTo(End.FINISHED);
        assertThat(report.steps()).isEqualTo(2 * 2 + 25 * 6);
        assertThat(heard.epochs)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 27).boxed().toList());
        assertThat(heard.scores)
                .contains(report.best().orElseThrow().evaluation().value());
        assertThat(heard.losses.get(heard.losses.size() - 1)).isLessThan(heard.losses.get(0) / 2);
        try (ImageCaptioner captioner = ImageCaptioner.load(folder)) {
            CaptionData captions = new CaptionData(data);
            captions.read(captions.photos("test"), (photo, image) -> {
                String colour = photo.picture().captions().get(0).split(" ")[1];
                assertThat(captioner.caption(image).text()).contains("sheet", colour);
            });
            assertThat(captioner.options().beams()).isEqualTo(3);
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .contains("decoder.safetensors", "backbone.safetensors", "model.safetensors.index.json")
                    .noneMatch(name -> name.startsWith("measured-"));
        }
    }

    @Test
    void aStoppedTrainingGoesOnWithTheSameLosses() {
        Heard whole = new Heard(-1);
        train(folder.resolve("whole"), 2, whole);
        Heard first = new Heard(7);
        TuningReport stopped = train(folder.resolve("stopped"), 2, first);
        assertThat(stopped.end()).isEqualTo(End.STOPPED);
        Heard second = new Heard(-1);
        TuningReport report = train(folder.resolve("stopped"), 2, second);
        assertThat(second.resumed).isEqualTo(7);
        assertThat(report.end()).isEqualTo(End.FINISHED);
        assertThat(Stream.concat(first.losses.stream(), second.losses.stream()))
                .containsExactlyElementsOf(whole.losses);
        assertThat(second.scores).isEqualTo(whole.scores.subList(first.scores.size(), whole.scores.size()));
    }

    @Test
    void aTrainingThatWasKilledGoesOnWithTheSameLosses() {
        Heard whole = new Heard(-1);
        train(folder.resolve("whole"), 2, whole);
        CaptionTrainingOptions options = TinyCaptions.options(2);
        FineTuning often = TinyCaptions.tuning(options).saveEvery(Duration.ZERO).build();
        Heard first = new Heard(-1);
        first.killed = 9; // within the second half, whose epochs are longer
        assertThatThrownBy(() -> train(folder.resolve("killed"), options, often, first))
                .isInstanceOf(Killed.class);
        Heard second = new Heard(-1);
        train(folder.resolve("killed"), options, often, second);
        assertThat(second.resumed).isEqualTo(8);
        assertThat(second.losses).isEqualTo(whole.losses.subList(8, whole.losses.size()));
        assertThat(second.scores).isEqualTo(whole.scores.subList(2, 4));
    }

    @Test
    void aBatchThatIsLargerThanAllCaptionsIsRefused() {
        CaptionTrainingOptions options = TinyCaptions.options(1);
        FineTuning how = TinyCaptions.tuning(options).batch(1000).build();
        assertThatThrownBy(() -> train(folder, options, how, TuningProgress.SILENT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There are fewer captions than a batch has: 48 of photos, 16 without; a batch has 1000.");
    }

    @Test
    void anotherTrainingIsNotResumed() {
        train(folder, 2, new Heard(7));
        assertThatThrownBy(() -> train(folder, 3, TuningProgress.SILENT))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("The training was begun with other options or pictures.");
    }

    @Test
    void captionsOfHeldOutPhotosAreLeftOut() {
        train(folder, 2, new Heard(1));
        assertThat(new CaptionData(data).loose("val", "test")).hasSize(16).noneMatch(line -> line.contains("hidden"));
        assertThat(new CaptionData(data).loose()).hasSize(22);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.id("hidden")).isEmpty();
            assertThat(tokenizer.decode(tokenizer.encode("A RED sheet, hidden!").ids(), DecodeOptions.textOnly()))
                    .isEqualTo("a red sheet");
        }
    }

    @Test
    void aFolderWithoutCaptionsIsNamed() {
        assertThatThrownBy(() -> new CaptionData(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(
                        "There are no captioned photos",
                        folder.resolve("captions").toString(),
                        "give the folder that holds captions");
    }

    @Test
    void anotherModelIsNoBackbone() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"vit\"}");
        assertThatThrownBy(() -> FrozenBackbone.open(Optional.of(folder)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("Model type 'vit' is no backbone of this captioner; supported: hybrid_vit");
    }
}
