package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.CallException;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** A failure concerns its own picture alone. */
class PictureFilesTest {
    private static final Path PHOTO = CHECKPOINT.resolve("photo.png");
    private static final Path DRAWING = CHECKPOINT.resolve("drawing.png");
    private static final Path MISSING = CHECKPOINT.resolve("missing.png");

    private final StringWriter err = new StringWriter();
    private final List<Path> answered = new ArrayList<>();

    @Test
    void eachResultGoesToItsFile() {
        assertThat(run(List.of(PHOTO, MISSING, DRAWING), PictureFilesTest::sizes))
                .isEqualTo(1);
        assertThat(answered).containsExactly(PHOTO, DRAWING);
        assertThat(err.toString()).startsWith("vitrail: " + MISSING + ": There is no such file.");
    }

    @Test
    void moreThanAFewAreDoneAFewAtATime() {
        List<Integer> batches = new ArrayList<>();
        run(Collections.nCopies(19, PHOTO), (model, images) -> {
            batches.add(images.size());
            return sizes(model, images);
        });
        assertThat(batches).containsExactly(8, 8, 3);
        assertThat(answered).hasSize(19);
    }

    @Test
    void whatIsTooMuchTogetherIsDoneOneByOne() {
        int failed = run(List.of(PHOTO, DRAWING, PHOTO), (model, images) -> {
            if (images.size() > 1) {
                throw new OutOfMemoryError("Java heap space");
            }
            return sizes(model, images);
        });
        assertThat(failed).isZero();
        assertThat(answered).containsExactly(PHOTO, DRAWING, PHOTO);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void oneThatIsTooMuchAloneIsReportedAndTheOthersGoOn() {
        int height = Image.fromFile(DRAWING).pixels().height();
        int failed = run(List.of(PHOTO, DRAWING, PHOTO), (model, images) -> {
            if (sizes(model, images).contains(height)) {
                throw new StackOverflowError();
            }
            return sizes(model, images);
        });
        assertThat(failed).isEqualTo(1);
        assertThat(answered).containsExactly(PHOTO, PHOTO);
        assertThat(err.toString()).startsWith("vitrail: " + DRAWING + ": The stack is too small");
    }

    @Test
    void aModelThatIsClosedEndsTheWorkWithoutAWordOfItsPictures() {
        ImageClassifier closed = ImageClassifier.load(CHECKPOINT);
        closed.close();
        assertThatThrownBy(() -> run(List.of(PHOTO, DRAWING), (model, images) -> closed.classify(images).stream()
                        .map(answer -> 1)
                        .toList()))
                .isInstanceOf(CallException.class);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void nobodyWhoReadsOnEndsTheWork() {
        PrintStream before = System.out;
        System.setOut(new PrintStream(new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("Broken pipe");
            }
        }));
        try {
            run(Collections.nCopies(19, PHOTO), (model, images) -> {
                System.out.println("an answer");
                return sizes(model, images);
            });
        } finally {
            System.setOut(before);
        }
        assertThat(answered).hasSize(8);
    }

    @Test
    void anErrorThatConcernsAllIsThrown() {
        assertThatThrownBy(() -> run(List.of(PHOTO, DRAWING), (model, images) -> {
                    throw new UnsatisfiedLinkError("no library");
                }))
                .isInstanceOf(UnsatisfiedLinkError.class);
    }

    private int run(List<Path> files, BiFunction<String, List<Image>, List<Integer>> task) {
        PictureFiles pictures =
                new PictureFiles(ImageReader.DEFAULT, new PrintWriter(new StringWriter()), new PrintWriter(err), false);
        return pictures.run(files, () -> "model", task, (file, result) -> answered.add(file));
    }

    private static List<Integer> sizes(String model, List<Image> images) {
        return images.stream().map(image -> image.pixels().height()).toList();
    }
}
