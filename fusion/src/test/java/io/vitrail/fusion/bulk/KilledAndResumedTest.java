package io.vitrail.fusion.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.vit.Classification;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.image.Image;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The embedded classifier over a folder, in a program that is killed twice in the middle of it. */
class KilledAndResumedTest {
    private static final int PICTURES = 100;
    private static final int BROKEN = 17;

    @TempDir
    private Path folder;

    @Test
    @Timeout(120)
    void everyPictureIsExactlyOnceInTheResult() throws IOException, InterruptedException {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        draw(pictures);
        Path results = folder.resolve("results.jsonl");
        killAt(20, pictures, results);
        tear(results);
        killAt(50, pictures, results);
        assertThat(start(pictures, results).waitFor()).isZero();
        List<String> names = names(results);
        assertThat(names).hasSize(PICTURES).doesNotHaveDuplicates();
        try (Stream<Path> files = Files.list(pictures)) {
            assertThat(names)
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(Path::toString).toList());
        }
        List<String> lines = Files.readAllLines(results);
        assertThat(lines).filteredOn(line -> line.contains("\"error\"")).hasSize(1);
        assertThat(lines.get(names.indexOf(pictures.resolve("p70.png").toString())))
                .contains("\"label\":\"" + labelOf(pictures.resolve("p70.png")) + "\"");
    }

    private static void draw(Path folder) throws IOException {
        Random random = new Random(3);
        for (int i = 0; i < PICTURES; i++) {
            BufferedImage image = new BufferedImage(20 + i % 7, 16 + i % 5, BufferedImage.TYPE_INT_RGB);
            for (int j = 0; j < 16 * 20; j++) {
                image.setRGB(j % 20, j / 20, random.nextInt(1 << 24));
            }
            ImageIO.write(image, "png", folder.resolve("p" + i + ".png").toFile());
        }
        Files.writeString(folder.resolve("p" + BROKEN + ".png"), "no picture");
    }

    private static Process start(Path pictures, Path results) throws IOException {
        return OtherProgram.start(Classifying.class, pictures.toString(), results.toString());
    }

    private static void killAt(int lines, Path pictures, Path results) throws IOException, InterruptedException {
        Process program = start(pictures, results);
        try {
            while (!Files.exists(results) || names(results).size() < lines) {
                assertThat(program.isAlive()).as("the program is still at work").isTrue();
                Thread.sleep(2);
            }
        } finally {
            program.destroyForcibly();
            program.waitFor();
        }
        assertThat(names(results).size()).isBetween(lines, PICTURES - 1);
    }

    /** As if the kill had come in the middle of a line. */
    private static void tear(Path results) throws IOException {
        try (FileChannel file = FileChannel.open(results, StandardOpenOption.WRITE)) {
            file.truncate(file.size() - 5);
        }
    }

    /** Of the whole lines. */
    private static List<String> names(Path results) throws IOException {
        String content = Files.readString(results);
        List<String> names = new ArrayList<>();
        for (String line :
                content.substring(0, content.lastIndexOf('\n') + 1).lines().toList()) {
            names.add(new ObjectMapper().readTree(line).path("file").asText());
        }
        return names;
    }

    private static String labelOf(Path picture) {
        try (ImageClassifier classifier = ImageClassifier.embedded()) {
            return classifier.classify(Image.fromFile(picture)).best().label();
        }
    }

    /** Classifies the pictures of a folder into a file, and goes on where it was. */
    static final class Classifying {
        public static void main(String[] arguments) {
            ObjectMapper json = new ObjectMapper();
            try (ResultFile results = ResultFile.open(Path.of(arguments[1]), "file");
                    Stream<Path> files = Files.list(Path.of(arguments[0]));
                    ImageClassifier classifier = ImageClassifier.embedded();
                    BulkRun<Path, Image, Classification> run = Bulk.of(Classifying::slowly, classifier::classify)
                            .withOptions(new BulkOptions(2, 8, 16))
                            .run(pending(files, results))) {
                run.forEachRemaining(outcome -> {
                    var line =
                            json.createObjectNode().put("file", outcome.item().toString());
                    outcome.result()
                            .ifPresent(result -> line.put("label", result.best().label()));
                    outcome.failure().ifPresent(failure -> line.put("error", failure.getMessage()));
                    results.write(line);
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Iterator<Path> pending(Stream<Path> files, ResultFile results) {
            return files.sorted().filter(file -> results.claim(file.toString())).iterator();
        }

        /** So that there is time for a kill. */
        private static Image slowly(Path file) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Image.fromFile(file);
        }
    }
}
