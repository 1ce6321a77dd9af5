package io.vitrail.fusion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import io.vitrail.fusion.ImageTextEmbedder;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.vit.image.Image;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tiny CLIP and a tiny SigLIP learn which of two captions is whose. */
class ContrastiveLessonTest {
    private static final String CLIP = "clip/quick_gelu";

    @TempDir
    private Path folder;

    private static TuningReport train(
            Path checkpoint, CaptionedFiles files, Path out, FineTuning how, TuningProgress heard) {
        try (ContrastiveLesson lesson =
                ContrastiveLesson.of(checkpoint, files, how, ContrastiveLesson.Options.defaults())) {
            return new FineTuner(lesson, how).run(out, heard);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {CLIP, "siglip/base"})
    void itLearnsWhatBelongsTogether(String golden) {
        Path checkpoint = LessonData.golden(golden);
        Path out = folder.resolve("out");
        CaptionedFiles files = LessonData.files(checkpoint, folder);
        LessonData.Heard heard = new LessonData.Heard(-1);
        train(checkpoint, files, out, LessonData.quick(20).build(), heard);
        assertThat(heard.losses().get(0)).isCloseTo(loss(golden), within(1e-4));
        Evaluation last = heard.evaluations().get(0).evaluation();
        assertThat(last.metrics().get("loss")).isLessThan(loss(golden) / 4);
        assertThat(last.metrics()).containsEntry("recall@1", 1.0).containsEntry("textToImage@1", 1.0);
        try (ImageTextEmbedder embedder = ImageTextEmbedder.load(out)) {
            List<String> captions = LessonData.captions();
            double own = cosine(embedder, "photo.png", captions.get(0));
            assertThat(own).isGreaterThan(cosine(embedder, "photo.png", captions.get(1)) + 0.1);
        }
        FineTuning again = LessonData.quick(1).build();
        try (ContrastiveLesson saved = ContrastiveLesson.of(out, files, again, ContrastiveLesson.Options.defaults())) {
            assertThat(saved.evaluate().orElseThrow().metrics().get("loss"))
                    .isCloseTo(last.metrics().get("loss"), within(1e-5));
        }
    }

    private static double loss(String golden) {
        return LessonData.recorded().path("losses").path(golden).asDouble();
    }

    private double cosine(ImageTextEmbedder embedder, String picture, String text) {
        Image image = Image.fromFile(folder.resolve(picture));
        return embedder.embedImage(image).cosine(embedder.embedText(text));
    }

    @Test
    void aStoppedTrainingGoesOnWithTheSameLosses() {
        Path checkpoint = LessonData.golden(CLIP);
        CaptionedFiles files = LessonData.files(checkpoint, folder);
        FineTuning how = LessonData.quick(5).build();
        LessonData.Heard whole = new LessonData.Heard(-1);
        train(checkpoint, files, folder.resolve("whole"), how, whole);
        LessonData.Heard first = new LessonData.Heard(2);
        train(checkpoint, files, folder.resolve("stopped"), how, first);
        LessonData.Heard second = new LessonData.Heard(-1);
        train(checkpoint, files, folder.resolve("stopped"), how, second);
        List<Double> losses = new ArrayList<>(first.losses());
        losses.addAll(second.losses());
        assertThat(losses).hasSize(5).isEqualTo(whole.losses());
    }

    @Test
    void eachPictureComesOnceInAnEpochAndNoArrayStaysBehind() {
        Path checkpoint = LessonData.golden(CLIP);
        LessonData.files(checkpoint, folder);
        CaptionedFiles.Captioned photo =
                new CaptionedFiles.Captioned(folder.resolve("photo.png"), List.of("one", "two", "three"));
        CaptionedFiles five =
                new CaptionedFiles(IntStream.range(0, 5).mapToObj(i -> photo).toList(), List.of());
        FineTuning how = LessonData.quick(1).build();
        try (ContrastiveLesson lesson =
                        ContrastiveLesson.of(checkpoint, five, how, ContrastiveLesson.Options.defaults());
                NDManager manager = DjlEngine.newManager(ai.djl.Device.cpu())) {
            assertThat(lesson.batches(0)).isEqualTo(2);
            assertThat(lesson.evaluate()).isEmpty();
            int pictures = 0;
            for (Batch batch : lesson.epoch(0, 0, manager)) {
                try (batch) {
                    pictures += (int) batch.getData().get(0).getShape().get(0);
                }
            }
            assertThat(pictures).isEqualTo(4);
            assertThat(manager.getManagedArrays()).isEmpty();
        }
    }

    @Test
    void anAdapterIsSavedWithItsCard() throws Exception {
        Path checkpoint = LessonData.golden(CLIP);
        Path out = folder.resolve("out");
        FineTuning how = LessonData.quick(3).build();
        ContrastiveLesson.Options options =
                ContrastiveLesson.Options.defaults().withLora(LoraConfig.ofRank(2, "q_proj", "v_proj"));
        try (ContrastiveLesson lesson =
                ContrastiveLesson.of(checkpoint, LessonData.files(checkpoint, folder), how, options)) {
            assertThat(lesson.weights().keySet()).allMatch(name -> name.contains(".lora_"));
            new FineTuner(lesson, how).run(out, TuningProgress.SILENT);
        }
        assertThat(out.resolve("adapter_model.safetensors")).exists();
        assertThat(Files.readString(out.resolve("adapter_config.json")))
                .contains("vision_model.encoder.layers.0.self_attn.q_proj", "\"r\" : 2");
        assertThat(Files.readString(out.resolve("README.md")))
                .contains("2 pictures with captions; measured on 2 others");
    }

    @Test
    void whatCannotBeToldApartIsRefused() {
        Path checkpoint = LessonData.golden(CLIP);
        CaptionedFiles files = LessonData.files(checkpoint, folder);
        ContrastiveLesson.Options options = ContrastiveLesson.Options.defaults();
        FineTuning single = LessonData.quick(1).batch(1).build();
        assertThatThrownBy(() -> ContrastiveLesson.of(checkpoint, files, single, options))
                .hasMessage("Pictures are told apart within a batch: it must be at least 2.");
        CaptionedFiles one = new CaptionedFiles(files.training().subList(0, 1), List.of());
        FineTuning how = LessonData.quick(1).build();
        assertThatThrownBy(() -> ContrastiveLesson.of(checkpoint, one, how, options))
                .hasMessage("At least 2 pictures are needed, of which 1 can be read.");
        assertThatThrownBy(() -> ContrastiveLesson.of(LessonData.golden("blip_caption/base"), files, how, options))
                .hasMessageContaining("Model type 'blip' can't be fine-tuned for this.");
    }
}
