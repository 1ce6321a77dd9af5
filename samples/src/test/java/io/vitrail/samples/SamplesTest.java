package io.vitrail.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.hub.Hub;
import io.vitrail.transformer.hub.HubSettings;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.image.Image;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTest {
    private static final String CAT = "images/chelsea.jpg";
    private static final String ROCKET = "images/rocket.jpg";
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    private Path folder;

    @Test
    void classifyPhotoPrintsTheThreeBestClasses() throws Exception {
        assertThat(Printed.by(ClassifyPhoto::main, CAT))
                .hasSize(3)
                .first()
                .asString()
                .contains("label=cat");
    }

    @Test
    void classifyWithDjlPrintsTheThreeBestClasses() throws Exception {
        assertThat(Printed.by(ClassifyWithDjl::main, CAT))
                .hasSize(3)
                .first()
                .asString()
                .startsWith("{\"className\": \"cat\", \"probability\": 0.");
    }

    @Test
    void classifyWithHubModelPrintsTheThreeBestClasses() throws Exception {
        Path model = folder.resolve("models--some--model");
        Path snapshot = Files.createDirectories(model.resolve("snapshots/" + COMMIT));
        for (String file : List.of("config.json", "preprocessor_config.json", "model.safetensors")) {
            try (InputStream resource = ImageClassifier.class.getResourceAsStream("embedded/" + file)) {
                Files.copy(resource, snapshot.resolve(file));
            }
        }
        Files.writeString(Files.createDirectories(model.resolve("refs")).resolve("main"), COMMIT);
        Hub hub = Hub.with(HubSettings.builder().cache(folder).offline(true).build());
        List<String> lines = Printed.by(arguments -> ClassifyWithHubModel.classify(hub, "some/model", Path.of(CAT)));
        assertThat(lines).isEqualTo(Printed.by(ClassifyPhoto::main, CAT));
    }

    @Test
    void comparePhotosPrintsOneForTheSamePhoto() throws Exception {
        assertThat(Printed.by(ComparePhotos::main, CAT, CAT)).containsExactly("1.000");
    }

    @Test
    void readAnyPictureTellsWhatItRefused() throws Exception {
        Path broken = Files.write(folder.resolve("broken.png"), new byte[] {1, 2, 3});
        List<String> lines = Printed.by(ReadAnyPicture::main, CAT, broken.toString());
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).startsWith(CAT + ": ScoredLabel[label=cat, ");
        assertThat(lines.get(1)).isEqualTo(broken + ": refused. The file is no picture of a known format.");
    }

    @Test
    void readAndWritePrintsTexts() throws Exception {
        assertThat(Printed.by(arguments -> ReadAndWrite.write(text("stories")))).isNotEmpty();
        assertThat(Printed.by(arguments -> ReadAndWrite.chat(text("chats")))).isNotEmpty();
        assertThat(Printed.by(arguments -> ReadAndWrite.rewrite(text("prefixes"))))
                .isNotEmpty();
        assertThat(Printed.by(arguments -> ReadAndWrite.guess(text("bert_words"))))
                .hasSize(5)
                .allMatch(line -> line.startsWith("Guess[word="));
        assertThat(Printed.by(arguments -> ReadAndWrite.compare(text("vectors"))))
                .singleElement()
                .satisfies(line -> assertThat(Double.parseDouble(line)).isBetween(-1.0, 1.0));
    }

    @Test
    void captionPhotosPrintsCaptions() throws Exception {
        Path model = Path.of(SamplesTest.class
                .getResource("/fusion/goldens/blip_caption/base")
                .toURI());
        List<String> lines = Printed.by(CaptionPhotos::main, model.toString(), CAT, ROCKET);
        assertThat(lines).hasSize(8).doesNotContain("");
        assertThat(lines.get(1)).startsWith("a photo of").endsWith(")");
        assertThat(lines.get(2)).isEqualTo(lines.get(0)).isEqualTo(lines.get(6));
    }

    @Test
    void talkAboutPhotosAnswersThreeTimes() throws Exception {
        Path model = Path.of(
                SamplesTest.class.getResource("/fusion/goldens/smolvlm/base").toURI());
        assertThat(Printed.by(TalkAboutPhotos::main, model.toString(), CAT, ROCKET))
                .hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void showWhereWordsCameFromWritesAPageAndAPictureForEachWord() throws Exception {
        Path model = Path.of(SamplesTest.class
                .getResource("/fusion/goldens/blip_caption/base")
                .toURI());
        List<String> lines = Printed.by(ShowWhereWordsCameFrom::main, model.toString(), CAT, folder.toString());
        assertThat(lines).isNotEmpty();
        assertThat(folder.resolve("words.html")).content().contains("\"words\":[{");
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).startsWith("word-" + i + ".png ");
            assertThat(Image.fromFile(folder.resolve("word-" + i + ".png")).width())
                    .isEqualTo(Image.fromFile(Path.of(CAT)).width());
        }
    }

    /** A checkpoint among the module text's test resources. */
    private static Path text(String task) throws URISyntaxException {
        return Path.of(SamplesTest.class.getResource("/text/tasks/" + task).toURI());
    }

    @Test
    void serveManyThreadsPrintsTheBestClassOfEachPhotoInTheirOrder() throws Exception {
        List<String> lines = Printed.by(ServeManyThreads::main, CAT, ROCKET, CAT);
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith(CAT + ": ScoredLabel[label=cat, ");
        assertThat(lines.get(1)).startsWith(ROCKET + ": ScoredLabel[");
        assertThat(lines.get(2)).startsWith(CAT + ": ScoredLabel[label=cat, ");
    }

    @Test
    void showWhereItLookedWritesAPictureOfThePhotosSize() throws Exception {
        Path heat = folder.resolve("heat.png");
        assertThat(Printed.by(ShowWhereItLooked::main, CAT, heat.toString())).isEmpty();
        Image photo = Image.fromFile(Path.of(CAT));
        Image overlay = Image.fromFile(heat);
        assertThat(List.of(overlay.width(), overlay.height())).isEqualTo(List.of(photo.width(), photo.height()));
    }
}
