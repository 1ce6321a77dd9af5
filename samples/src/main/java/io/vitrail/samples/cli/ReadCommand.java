package io.vitrail.samples.cli;

import io.vitrail.fusion.TextReader;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextListener;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.vit.image.Image;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Reads a line of print or handwriting from each picture. */
@Command(
        name = "read",
        description = {
            "Read a line of print or handwriting from each picture; a page has to be cut into its lines before.",
            "Example: ./vitrail read line.png --model microsoft/trocr-base-printed"
        })
final class ReadCommand implements Callable<Integer> {
    private static final String MODELS = "microsoft/trocr-base-printed or microsoft/trocr-base-handwritten";

    @Mixin
    private PictureTextOptions pictures;

    @Mixin
    private AdapterOption adapter;

    private record Readings(TextReader reader) implements PictureTextOptions.Writer {
        @Override
        public GenerationOptions options() {
            return reader.options();
        }

        @Override
        public List<List<GeneratedText>> write(List<Image> images) {
            return reader.variants(images);
        }

        @Override
        public GeneratedText write(Image image, TextListener listener) {
            return reader.read(image, listener);
        }

        @Override
        public void close() {
            reader.close();
        }
    }

    @Override
    public Integer call() {
        return pictures.run("text", MODELS, () -> new Readings(open()));
    }

    private TextReader open() {
        TextReader reader =
                pictures.model().loadForPicturesAndTexts(adapter.over(TextReader::load, TextReader::loadMerged));
        try {
            return reader.withOptions(pictures.writing().over(reader.options()));
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }
}
