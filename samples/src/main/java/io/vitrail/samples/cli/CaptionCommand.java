package io.vitrail.samples.cli;

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
        return pictures.run("caption", () -> new Captions(open(pictures.model(), pictures.writing(), prompt)));
    }

    /** A captioner with the options of the command line: the embedded one, where it names none. */
    static ImageCaptioner open(ModelOptions model, WritingOptions writing, String prompt) {
        ImageCaptioner captioner = model.loadForPicturesAndTexts(ImageCaptioner::load, ImageCaptioner::embedded);
        try {
            return captioner.withOptions(writing.over(captioner.options())).withPrompt(prompt);
        } catch (RuntimeException e) {
            captioner.close();
            throw e;
        }
    }
}
