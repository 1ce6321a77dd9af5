package io.vitrail.fusion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.fusion.ImageCaptioner;
import io.vitrail.fusion.ImageTextEmbedder;
import io.vitrail.fusion.PromptTemplates;
import io.vitrail.fusion.VisualQuestionAnswerer;
import io.vitrail.fusion.ZeroShotClassifier;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.Classification;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks on pictures and texts share a loaded model among several adapters. */
class AdaptersTest {
    private static final Path BLIP = LessonData.golden("blip_caption/base");
    private static final Path CLIP = LessonData.golden("clip/quick_gelu");
    private static final LoraConfig RANK_8 = LoraConfig.ofRank(8, LoraConfig.ALL_LINEAR);

    @TempDir
    private static Path folder;

    private static PeftAdapter first;
    private static PeftAdapter second;
    private static PeftAdapter pairs;

    @BeforeAll
    static void learn() throws Exception {
        CaptionedFiles files = LessonData.files(BLIP, folder);
        first = captions(files, "first");
        List<CaptionedFiles.Captioned> swapped = IntStream.of(0, 1)
                .mapToObj(i -> new CaptionedFiles.Captioned(
                        files.training().get(i).image(),
                        files.training().get(1 - i).captions()))
                .toList();
        second = captions(new CaptionedFiles(swapped, List.of()), "second");
        FineTuning how = LessonData.quick(10).rate(1e-2).build();
        ContrastiveLesson.Options options = ContrastiveLesson.Options.defaults().withLora(RANK_8);
        try (ContrastiveLesson lesson = ContrastiveLesson.of(CLIP, files, how, options)) {
            new FineTuner(lesson, how).run(folder.resolve("pairs"), TuningProgress.SILENT);
        }
        pairs = PeftAdapter.read(folder.resolve("pairs"));
    }

    private static PeftAdapter captions(CaptionedFiles files, String name) {
        FineTuning how = LessonData.quick(60).rate(1e-2).build();
        CaptionLesson.Options options = CaptionLesson.Options.defaults().withLora(RANK_8);
        try (CaptionLesson lesson = CaptionLesson.of(BLIP, files, how, options)) {
            new FineTuner(lesson, how).run(folder.resolve(name), TuningProgress.SILENT);
        }
        return PeftAdapter.read(folder.resolve(name));
    }

    private static Image photo() {
        return Image.fromFile(folder.resolve("photo.png"));
    }

    private static String caption(ImageCaptioner captioner) {
        return captioner.caption(photo()).text().strip();
    }

    @Test
    void captionersTakeTurnsWithTheirAdapters() {
        List<String> captions = LessonData.captions();
        try (ImageCaptioner base = ImageCaptioner.load(BLIP)) {
            String plain = caption(base);
            ImageCaptioner other = base.with(second);
            try (ImageCaptioner one = base.with(first)) {
                for (int turn = 0; turn < 2; turn++) {
                    assertThat(caption(one)).isEqualTo(captions.get(0));
                    assertThat(caption(other)).isEqualTo(captions.get(1));
                    assertThat(caption(base)).isEqualTo(plain).isNotIn(captions);
                }
            }
            assertThat(caption(other)).isEqualTo(captions.get(1));
            assertThat(caption(base)).isEqualTo(plain);
            assertThat(caption(other.with(first))).isEqualTo(captions.get(0));
        }
    }

    @Test
    void threadsUseTheirOwnAdapters() throws Exception {
        List<String> captions = LessonData.captions();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (ImageCaptioner base = ImageCaptioner.load(BLIP)) {
            List<ImageCaptioner> captioners = List.of(base.with(first), base.with(second));
            List<Future<String>> written = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                ImageCaptioner captioner = captioners.get(i % 2);
                written.add(threads.submit(() -> caption(captioner)));
            }
            for (int i = 0; i < 12; i++) {
                assertThat(written.get(i).get()).isEqualTo(captions.get(i % 2));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aMergedAdapterAnswersAlike() {
        try (ImageCaptioner merged = ImageCaptioner.loadMerged(BLIP, first, Compute.DEFAULT)) {
            assertThat(caption(merged)).isEqualTo(LessonData.captions().get(0));
        }
        try (ImageTextEmbedder base = ImageTextEmbedder.load(CLIP);
                ImageTextEmbedder apart = base.with(pairs);
                ImageTextEmbedder merged = ImageTextEmbedder.loadMerged(CLIP, pairs, Compute.DEFAULT)) {
            assertThat(apart.embedImage(photo()).values())
                    .isNotEqualTo(base.embedImage(photo()).values());
            assertThat(merged.embedImage(photo()).cosine(apart.embedImage(photo())))
                    .isCloseTo(1, within(1e-6));
            assertThat(merged.embedText("a cat").cosine(apart.embedText("a cat")))
                    .isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void labelsGoThroughTheAdapterToo() {
        List<String> labels = LessonData.captions();
        PromptTemplates plain = new PromptTemplates(List.of("{}"));
        try (ZeroShotClassifier base = ZeroShotClassifier.load(CLIP, labels, plain, Compute.DEFAULT);
                ZeroShotClassifier apart = base.with(pairs);
                ZeroShotClassifier merged = ZeroShotClassifier.loadMerged(
                        CLIP, pairs, new ZeroShotClassifier.Labels(labels, plain), Compute.DEFAULT)) {
            Classification adapted = apart.classify(photo());
            assertThat(adapted.best().label()).isEqualTo(labels.get(0));
            assertThat(adapted.best().probability())
                    .isGreaterThan(probability(base, labels.get(0)) + 0.2)
                    .isCloseTo(probability(merged, labels.get(0)), within(1e-5));
        }
    }

    private static double probability(ZeroShotClassifier classifier, String label) {
        return classifier.classify(photo()).labels().stream()
                .filter(scored -> scored.label().equals(label))
                .findFirst()
                .orElseThrow()
                .probability();
    }

    @Test
    void anAdapterOfAnotherModelIsRefused() {
        try (ImageCaptioner captioner = ImageCaptioner.load(BLIP)) {
            assertThatThrownBy(() -> captioner.with(pairs))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("which the model hasn't");
        }
        Path vqa = LessonData.golden("blip_vqa/base");
        try (VisualQuestionAnswerer answerer = VisualQuestionAnswerer.load(vqa)) {
            assertThatThrownBy(() -> answerer.with(pairs)).isInstanceOf(CheckpointException.class);
        }
        assertThatThrownBy(() -> VisualQuestionAnswerer.loadMerged(vqa, pairs, Compute.DEFAULT))
                .isInstanceOf(CheckpointException.class);
    }
}
