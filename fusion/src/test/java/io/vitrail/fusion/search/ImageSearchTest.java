package io.vitrail.fusion.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.fusion.ImageTextEmbedder;
import io.vitrail.fusion.Recorded;
import io.vitrail.fusion.bulk.BulkOptions;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.Resources;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageLimits;
import io.vitrail.vit.image.ImageReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A folder of pictures, searched by sentences and pictures, as it changes. */
@Timeout(300)
class ImageSearchTest {
    private static final SearchOptions CLIP = SearchOptions.DEFAULT.withModel(checkpoint("clip/quick_gelu"));

    @TempDir
    private Path temporary;

    private Path folder;
    private final List<IndexedPicture> steps = new ArrayList<>();

    @BeforeEach
    void draw() {
        folder = temporary.resolve("photos");
        Drawn.pictures(folder, 5);
        Drawn.picture(folder.resolve("deep/er/p5.png"), 5);
    }

    private static Path checkpoint(String name) {
        return Resources.path("/goldens/" + name);
    }

    private IndexUpdate update(SearchOptions options) {
        steps.clear();
        try (ImageSearch search = ImageSearch.open(folder, options)) {
            return search.update(steps::add);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip/quick_gelu", "siglip/base"})
    void scoresAreTheCosinesOfTheModelsVectors(String name) {
        try (ImageSearch search = ImageSearch.open(folder, SearchOptions.DEFAULT.withModel(checkpoint(name)));
                ImageTextEmbedder embedder = Recorded.embedder(name)) {
            assertThat(search.update(steps::add)).isEqualTo(new IndexUpdate(6, 0, 0, 0, 0));
            assertThat(search.knowsSentences()).isTrue();
            assertThat(search.size()).isEqualTo(6);
            Path deep = folder.resolve("deep/er/p5.png");
            Embedding sentence = embedder.embedText("a cat on the table");
            assertOrder(search.findByText("a cat on the table", 6), sentence, embedder);
            List<FoundPicture> alike = search.findByImage(Image.fromFile(deep), 3);
            assertThat(alike).hasSize(3);
            assertThat(alike.get(0).file()).isEqualTo(deep);
            assertThat(alike.get(0).score()).isCloseTo(1, within(1e-5));
        }
    }

    private void assertOrder(List<FoundPicture> found, Embedding query, ImageTextEmbedder embedder) {
        Map<Path, Double> expected = new TreeMap<>();
        for (IndexedPicture step : steps) {
            expected.put(step.file(), query.cosine(embedder.embedImage(Image.fromFile(step.file()))));
        }
        assertThat(found).hasSize(expected.size());
        assertThat(found)
                .isSortedAccordingTo(
                        Comparator.comparingDouble(FoundPicture::score).reversed());
        found.forEach(one -> assertThat(one.score()).isCloseTo(expected.get(one.file()), within(1e-5)));
    }

    @Test
    void onlyWhatChangedIsComputedAgain() throws IOException {
        assertThat(update(CLIP)).isEqualTo(new IndexUpdate(6, 0, 0, 0, 0));
        assertThat(steps.get(5).progress().done()).isEqualTo(6);
        assertThat(steps).allMatch(step -> step.total() == 6 && step.failure().isEmpty());
        assertThat(update(CLIP)).isEqualTo(new IndexUpdate(0, 0, 0, 6, 0));
        assertThat(steps).isEmpty();
        Drawn.picture(folder.resolve("p1.png"), 8); // another time
        Files.delete(folder.resolve("p2.png"));
        Drawn.picture(folder.resolve("new.jpeg"), 9);
        assertThat(update(CLIP)).isEqualTo(new IndexUpdate(1, 1, 1, 4, 0));
        try (ImageSearch search = ImageSearch.open(folder, CLIP)) {
            assertThat(search.findByImage(Image.fromFile(folder.resolve("p1.png")), 9))
                    .hasSize(6)
                    .noneMatch(found -> found.file().endsWith("p2.png"))
                    .first()
                    .matches(found -> found.file().endsWith("p1.png") && found.score() > 0.99999);
        }
    }

    @Test
    void aBrokenPictureIsToldAndTriedAgain() throws IOException {
        update(CLIP);
        Files.writeString(folder.resolve("p3.png"), "no picture");
        for (int i = 0; i < 2; i++) {
            assertThat(update(CLIP)).isEqualTo(new IndexUpdate(0, 0, 0, 5, 1));
            assertThat(steps).hasSize(1);
            assertThat(steps.get(0).file()).isEqualTo(folder.resolve("p3.png"));
            assertThat(steps.get(0).failure().get()).hasMessageStartingWith("The file is no picture");
        }
        try (ImageSearch search = ImageSearch.open(folder, CLIP)) {
            assertThat(search.size()).isEqualTo(5); // its former content isn't found either
        }
        Drawn.picture(folder.resolve("p3.png"), 33);
        assertThat(update(CLIP)).isEqualTo(new IndexUpdate(1, 0, 0, 5, 0));
    }

    @Test
    void thePicturesLimitsHold() {
        ImageReader small = ImageReader.DEFAULT.withLimits(new ImageLimits(1 << 20, 21 * 17));
        assertThat(update(CLIP.withReader(small))).isEqualTo(new IndexUpdate(2, 0, 0, 0, 4));
        assertThat(steps)
                .filteredOn(step -> step.failure().isPresent())
                .allMatch(step -> step.failure().get().getMessage().contains("the limit is 357"));
    }

    @Test
    void hiddenFilesAndLinksAreNotFollowed() throws IOException {
        Drawn.picture(folder.resolve(".hidden/h.png"), 20);
        Drawn.picture(folder.resolve(".h.png"), 21);
        Files.writeString(folder.resolve("notes.txt"), "no picture");
        Path outside = Drawn.picture(temporary.resolve("outside/o.png"), 22);
        Files.createSymbolicLink(folder.resolve("link.png"), outside);
        Files.createSymbolicLink(folder.resolve("linked"), outside.getParent());
        Files.createSymbolicLink(folder.resolve("loop"), folder);
        assertThat(update(CLIP)).isEqualTo(new IndexUpdate(6, 0, 0, 0, 0));
        folder = Files.createSymbolicLink(temporary.resolve("other name"), folder);
        assertThat(update(CLIP)).isEqualTo(new IndexUpdate(0, 0, 0, 6, 0));
    }

    @Test
    void aVisionModelFindsByPicturesAlone() {
        try (ImageSearch search = ImageSearch.open(folder, SearchOptions.DEFAULT)) {
            search.update(step -> {});
            assertThat(search.knowsSentences()).isFalse();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> search.findByText("a cat", 3))
                    .withMessageStartingWith(
                            "Of the embedded model only pictures can be asked for: it knows no sentences.");
            Path picture = folder.resolve("p4.png");
            assertThat(search.findByImage(Image.fromFile(picture), 1))
                    .extracting(FoundPicture::file)
                    .containsExactly(picture);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> search.findByImage(Image.fromFile(picture), 0))
                    .withMessage("At least 1 picture must be asked for, not 0.");
        }
    }

    @Test
    void anotherModelsIndexIsRefusedAndCanBeBuiltAnew() throws IOException {
        update(CLIP);
        assertThatThrownBy(() -> update(SearchOptions.DEFAULT))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The index was made by another model: quick_gelu (")
                .hasMessageContaining("not the embedded model (")
                .hasMessageContaining("ImageSearch.rebuild");
        Path copy = Files.createDirectory(temporary.resolve("copy")); // under another name it is the same model
        for (String file : List.of("config.json", "preprocessor_config.json", "model.safetensors", "tokenizer.json")) {
            Files.copy(CLIP.model().get().resolve(file), copy.resolve(file));
        }
        assertThat(update(SearchOptions.DEFAULT.withModel(copy))).isEqualTo(new IndexUpdate(0, 0, 0, 6, 0));
        byte[] weights = Files.readAllBytes(copy.resolve("model.safetensors"));
        weights[weights.length - 3] ^= 1;
        Files.write(copy.resolve("model.safetensors"), weights);
        assertThatThrownBy(() -> update(SearchOptions.DEFAULT.withModel(copy)))
                .hasMessageContaining("The index was made by another model: quick_gelu (");
        try (ImageSearch search = ImageSearch.rebuild(folder, SearchOptions.DEFAULT)) {
            assertThat(search.size()).isZero();
            assertThat(search.update(step -> {})).isEqualTo(new IndexUpdate(6, 0, 0, 0, 0));
        }
    }

    @Test
    void whatWasDoneStaysWhenAnUpdateEndsEarly() {
        SearchOptions one = CLIP.withBulk(new BulkOptions(1, 1, 1));
        try (ImageSearch search = ImageSearch.open(folder, one)) {
            assertThatThrownBy(() -> search.update(step -> {
                        if (step.progress().done() == 2) {
                            Thread.currentThread().interrupt();
                        }
                    }))
                    .isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(search.size()).isEqualTo(2);
            assertThatThrownBy(() -> search.update(step -> {
                        throw new UnsupportedOperationException("enough");
                    }))
                    .hasMessage("enough");
            assertThat(search.update(step -> {})).isEqualTo(new IndexUpdate(3, 0, 0, 3, 0));
        }
    }
}
