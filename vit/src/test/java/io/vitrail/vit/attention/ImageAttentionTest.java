package io.vitrail.vit.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Grid;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The task, with the embedded model, and with one that has no classes. */
class ImageAttentionTest {
    private static final Image CAT = Image.fromFile(GoldenPicture.resource("/images/chelsea.jpg"));
    private static ImageAttention attention;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        attention = ImageAttention.embedded();
    }

    @AfterAll
    static void free() {
        attention.close();
    }

    @Test
    void relevanceIsForTheMostProbableClassUnlessAnotherIsNamed() {
        Relevance best = attention.relevance(CAT);
        assertThat(best.label()).contains("cat");
        assertThat(best.map().grid()).isEqualTo(new Grid(8, 8));
        assertThat(best.map().greatest()).isPositive();
        assertThat(attention.relevance(CAT, "cat").map().values())
                .isEqualTo(best.map().values());
        Relevance dog = attention.relevance(CAT, "dog");
        assertThat(dog.label()).contains("dog");
        assertThat(dog.map().values()).isNotEqualTo(best.map().values());
    }

    @Test
    void mapsOfAMeanOfPatchesAddUpToOne() {
        PictureAttention maps = attention.attend(CAT);
        assertThat(maps.layers()).hasSize(4);
        for (int layer = 0; layer < 4; layer++) {
            assertThat(sum(maps.mean(layer))).isCloseTo(1, within(1e-5));
            assertThat(sum(maps.map(layer, 5))).isCloseTo(1, within(1e-5));
            float[] max = maps.max(layer).values();
            float[] mean = maps.mean(layer).values();
            assertThat(IntStream.range(0, max.length)).allMatch(i -> max[i] >= mean[i]);
        }
        assertThat(sum(maps.rollout())).isCloseTo(1, within(1e-5));
    }

    private static double sum(HeatMap map) {
        double sum = 0;
        for (float value : map.values()) {
            sum += value;
        }
        return sum;
    }

    @Test
    void mapsLieOnTheWholePhotoThatWasSqueezedIntoASquare() {
        HeatMap map = attention.attend(CAT).rollout(); // 451 × 300
        assertThat(map.rows().start()).isZero();
        assertThat(map.rows().end()).isEqualTo(300);
        assertThat(map.columns().start()).isZero();
        assertThat(map.columns().end()).isEqualTo(451);
    }

    @Test
    void layersAndHeadsThatArentThereAreRefused() {
        PictureAttention maps = attention.attend(CAT);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> maps.mean(4))
                .withMessage("This model has layers 0 to 3, not 4.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> maps.map(0, 6))
                .withMessage("This layer has heads 0 to 5, not 6.");
    }

    @Test
    void aClassThatIsntKnownIsRefusedWithThoseThatAreAlike() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> attention.relevance(CAT, "Truck"))
                .withMessage("The model has no class 'Truck'.\n  try:  'truck', 'garbage truck'.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> attention.relevance(CAT, "lynx"))
                .withMessageStartingWith("The model has no class 'lynx'.\n  try:  'airplane', 'automobile', 'bird', ");
    }

    @Test
    void withoutClassesRelevanceIsForThePicturesVector() throws IOException {
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(GoldenPicture.resource("/goldens/siglip_vision/model").resolve(file), folder.resolve(file));
        }
        Files.writeString(
                folder.resolve("preprocessor_config.json"),
                "{\"image_processor_type\": \"SiglipImageProcessor\", \"size\": {\"height\": 32, \"width\": 32}}");
        try (ImageAttention probe = ImageAttention.load(folder)) {
            assertThat(probe.labels()).isEmpty();
            assertThat(probe.relevance(CAT).label()).isEmpty();
            assertThat(probe.relevance(CAT).map().greatest()).isPositive();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> probe.relevance(CAT, "cat"))
                    .withMessage("This checkpoint has no classification head, so there is no class 'cat'.\n"
                            + "  try:  without a class: then relevance is for the picture's vector.");
        }
    }

    @Test
    void severalThreadsGetTheSameAnswers() throws InterruptedException, ExecutionException {
        float[] rollout = attention.attend(CAT).rollout().values();
        float[] relevance = attention.relevance(CAT).map().values();
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<float[]>> answers = IntStream.range(0, 18)
                    .mapToObj(i -> threads.submit(() -> i % 3 == 0
                            ? attention.attend(CAT).rollout().values()
                            : attention.relevance(CAT).map().values()))
                    .toList();
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo(i % 3 == 0 ? rollout : relevance);
            }
        } finally {
            threads.shutdown();
        }
    }

    /** What autograd keeps for the backward pass must not be Java's memory; see the decisions on gradients. */
    @Test
    void collectionsOfGarbageChangeNoGradient() throws InterruptedException {
        List<Reference> all = Reference.all();
        List<Reference> references = List.of(all.get(1), all.get(4), all.get(7), all.get(12), all.get(17));
        List<float[]> quiet =
                references.stream().map(ImageAttentionTest::relevance).toList();
        Thread collector = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                System.gc();
            }
        });
        collector.start();
        try {
            for (int i = 0; i < references.size(); i++) {
                assertThat(relevance(references.get(i))).isEqualTo(quiet.get(i));
            }
        } finally {
            collector.interrupt();
            collector.join();
        }
    }

    private static float[] relevance(Reference reference) {
        return reference
                .picture()
                .run((model, pixels, pass) ->
                        new RelevancePass(model, pixels, pass, GoldenPicture.view(pixels)).run(OptionalInt.empty()))
                .map()
                .values();
    }

    @Test
    void leavesNoNativeMemoryBehind() {
        NDManager system = systemManager();
        int before = system.getManagedArrays().size();
        ImageAttention other = ImageAttention.embedded();
        int loaded = system.getManagedArrays().size();
        for (int i = 0; i < 3; i++) {
            other.attend(CAT);
            other.relevance(CAT);
        }
        assertThat(system.getManagedArrays()).hasSize(loaded);
        other.close();
        assertThat(system.getManagedArrays()).hasSize(before);
        assertThatThrownBy(() -> other.attend(CAT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    private static NDManager systemManager() {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            return manager.getParentManager();
        }
    }

    @Test
    void whileSomethingElseHasTheGradientItSaysSo() {
        try (GradientCollector training = DjlEngine.get().newGradientCollector()) {
            assertThat(training).isNotNull();
            assertThatThrownBy(() -> attention.relevance(CAT))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("The engine computes one gradient at a time, and something else")
                    .hasMessageContaining("try:");
            assertThat(attention.attend(CAT).layers()).hasSize(4);
        }
        assertThat(attention.relevance(CAT).label()).contains("cat");
    }
}
