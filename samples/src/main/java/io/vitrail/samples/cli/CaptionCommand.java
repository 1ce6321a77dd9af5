package io.vitrail.samples.cli;

import io.vitrail.fusion.EmbeddedCaptioner;
import io.vitrail.fusion.ImageCaptioner;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextListener;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.vit.image.Image;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says in a sentence what each picture shows. */
@Command(
        name = "caption",
        description = {
            "Say in a sentence what each picture shows. Without --model, a tiny embedded model guesses.",
            "Example: ./vitrail caption photo.jpg --model Salesforce/blip-image-captioning-base --beams 3"
        })
final class CaptionCommand implements Callable<Integer> {
    /** Models for real captions. */
    static final String MODELS = "Salesforce/blip-image-captioning-base or nlpconnect/vit-gpt2-image-captioning";

    @Mixin
    private PictureTextOptions pictures;

    @Mixin
    private AdapterOption adapter;

    @Option(
            names = "--prompt",
            paramLabel = "WORDS",
            defaultValue = "",
            description = "What each caption begins with, such as \"a photo of\".")
    private String prompt;

    private record Captions(ImageCaptioner captioner) implements PictureTextOptions.Writer {
        @Override
        public GenerationOptions options() {
            return captioner.options();
        }

        @Override
        public List<List<GeneratedText>> write(List<Image> images) {
            return captioner.variants(images);
        }

        @Override
        public GeneratedText write(Image image, TextListener listener) {
            return captioner.caption(image, listener);
        }

        @Override
        public void close() {
            captioner.close();
        }
    }

    @Override
    public Integer call() {
        return pictures.run("caption", () -> new Captions(configured(load(), pictures.writing(), prompt)));
    }

    private ImageCaptioner load() {
        return pictures.model()
                .loadForPicturesAndTexts(
                        adapter.over(ImageCaptioner::load, ImageCaptioner::loadMerged),
                        adapter.over(ImageCaptioner::embedded, EmbeddedCaptioner::unpack, ImageCaptioner::loadMerged));
    }

    /** A captioner with the options of the command line: the embedded one, where it names none. */
    static ImageCaptioner open(ModelOptions model, WritingOptions writing, String prompt) {
        return configured(
                model.loadForPicturesAndTexts(ImageCaptioner::load, ImageCaptioner::embedded), writing, prompt);
    }

    private static ImageCaptioner configured(ImageCaptioner captioner, WritingOptions writing, String prompt) {
        try {
            return captioner.withOptions(writing.over(captioner.options())).withPrompt(prompt);
        } catch (RuntimeException e) {
            captioner.close();
            throw e;
        }
    }
}
