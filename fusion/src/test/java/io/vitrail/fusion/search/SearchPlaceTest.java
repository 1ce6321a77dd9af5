package io.vitrail.fusion.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.fusion.bulk.OtherProgram;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where an index lies, what may happen to it there, and who may use it at the same time. */
@Timeout(300)
class SearchPlaceTest {
    @TempDir
    private Path temporary;

    private Path folder;
    private Path place;
    private SearchOptions options;

    @BeforeEach
    void draw() {
        folder = temporary.resolve("photos");
        place = temporary.resolve("index");
        options = SearchOptions.DEFAULT.withIndex(place);
        Drawn.pictures(folder, 6);
    }

    private static IndexUpdate update(Path folder, SearchOptions options) {
        try (ImageSearch search = ImageSearch.open(folder, options)) {
            return search.update(step -> {});
        }
    }

    @Test
    void anIndexElsewhereLeavesTheFolderAlone() throws IOException {
        update(folder, options);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(6);
        }
        Path others = temporary.resolve("others");
        Drawn.pictures(others, 2);
        assertThatThrownBy(() -> update(others, options))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The index is of another folder: " + folder.toRealPath());
    }

    @Test
    void anIndexMovesWithItsFolder() throws IOException {
        update(folder, SearchOptions.DEFAULT);
        Path moved = Files.move(folder, temporary.resolve("moved"));
        assertThat(update(moved, SearchOptions.DEFAULT)).isEqualTo(new IndexUpdate(0, 0, 0, 6, 0));
    }

    @Test
    void aPlaceThatHoldsSomethingElseIsLeftAlone() throws IOException {
        Files.createDirectory(place);
        Path precious = Files.writeString(place.resolve("segments_1"), "precious");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> update(folder, options))
                .withMessageStartingWith("'" + place + "' holds something else than an index of pictures.");
        assertThatIllegalArgumentException().isThrownBy(() -> ImageSearch.rebuild(folder, options));
        assertThat(precious).hasContent("precious");
    }

    @Test
    void aPlaceThatCantBeWrittenIsTold() throws IOException {
        Files.writeString(place, "a file");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> update(folder, options))
                .withMessageStartingWith("No index can be written to '" + place + "' (")
                .withMessageContaining("SearchOptions.withIndex");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> update(temporary.resolve("none"), options))
                .withMessageStartingWith("There is no folder '");
    }

    @Test
    void aDamagedIndexIsToldAndCanBeBuiltAnew() throws IOException {
        update(folder, options);
        Path note = Files.writeString(place.resolve("note.txt"), "mine");
        for (Path file : files(".cfs")) {
            Files.write(file, new byte[] {1, 2, 3});
        }
        assertThatThrownBy(() -> update(folder, options))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The index is damaged (")
                .hasMessageContaining("file: " + place)
                .hasMessageContaining("ImageSearch.rebuild");
        try (ImageSearch search = ImageSearch.rebuild(folder, options)) {
            assertThat(search.update(step -> {})).isEqualTo(new IndexUpdate(6, 0, 0, 0, 0));
        }
        assertThat(note).exists();
    }

    private List<Path> files(String ending) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            List<Path> some =
                    files.filter(file -> file.toString().endsWith(ending)).toList();
            assertThat(some).isNotEmpty();
            return some;
        }
    }

    @Test
    void searchesGoOnDuringAnUpdateAndSeeWhatIsSaved() throws Exception {
        Image picture = Image.fromFile(folder.resolve("p0.png"));
        CountDownLatch half = new CountDownLatch(1);
        CountDownLatch searched = new CountDownLatch(1);
        try (ImageSearch search = ImageSearch.open(folder, options.withSavedEvery(Duration.ZERO));
                ImageSearch other = ImageSearch.open(folder, options)) {
            CompletableFuture<IndexUpdate> update = CompletableFuture.supplyAsync(() -> search.update(step -> {
                if (step.progress().done() == 4) {
                    half.countDown();
                    await(searched);
                }
            }));
            await(half);
            List<Integer> found = new ArrayList<>();
            for (ImageSearch one : List.of(search, other)) {
                found.add(one.findByImage(picture, 10).size());
            }
            assertThatThrownBy(() -> {
                        Drawn.picture(folder.resolve("late.png"), 50);
                        other.update(step -> {});
                    })
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("The index is being updated already.");
            searched.countDown();
            assertThat(update.get(60, TimeUnit.SECONDS).added()).isEqualTo(6);
            assertThat(found).containsExactly(3, 3);
            assertThat(other.update(step -> {}).added()).isOne();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void closingEndsAnUpdateAndSavesIt() throws Exception {
        ImageSearch search = ImageSearch.open(folder, options);
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<IndexUpdate> update = CompletableFuture.supplyAsync(() -> search.update(step -> {
            begun.countDown();
            pause(200);
        }));
        await(begun);
        search.close();
        assertThatThrownBy(update::join).hasMessageContaining("The search is closed.");
        assertThatThrownBy(() -> search.findByImage(Image.fromFile(folder.resolve("p0.png")), 1))
                .isInstanceOf(IllegalStateException.class);
        IndexUpdate rest = update(folder, options);
        assertThat(rest.unchanged()).isBetween(1, 5);
        assertThat(rest.unchanged() + rest.added()).isEqualTo(6);
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aKilledUpdateIsGoneOnWith() throws Exception {
        Drawn.pictures(folder, 60);
        try (ImageSearch search = ImageSearch.open(folder, options)) {
            Process program = OtherProgram.start(Indexing.class, folder.toString(), place.toString());
            try {
                while (search.size() < 20) {
                    assertThat(program.isAlive())
                            .as("the program is still at work")
                            .isTrue();
                    Thread.sleep(2);
                }
            } finally {
                program.destroyForcibly();
                program.waitFor();
            }
        }
        try (ImageSearch search = ImageSearch.open(folder, options)) {
            int saved = search.size();
            assertThat(saved).isBetween(20, 59);
            assertThat(search.update(step -> {})).isEqualTo(new IndexUpdate(60 - saved, 0, 0, saved, 0));
            assertThat(search.findByImage(Image.fromFile(folder.resolve("p7.png")), 100))
                    .hasSize(60);
        }
    }

    /** Indexes a folder, slowly, so that there is time for a kill. */
    static final class Indexing {
        public static void main(String[] arguments) {
            SearchOptions options =
                    SearchOptions.DEFAULT.withIndex(Path.of(arguments[1])).withSavedEvery(Duration.ofMillis(100));
            try (ImageSearch search = ImageSearch.open(Path.of(arguments[0]), options)) {
                search.update(step -> pause(50));
            }
        }
    }
}
