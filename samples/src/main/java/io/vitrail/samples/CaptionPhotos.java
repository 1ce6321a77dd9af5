package io.vitrail.samples;

import io.vitrail.fusion.ImageCaptioner;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Says what photos show: freely, behind given words, piece by piece, and in several ways. */
public class CaptionPhotos {
    /** The folder of a model such as Salesforce/blip-image-captioning-base, then photos. */
    public static void main(String[] arguments) {
        Image first = Image.fromFile(Path.of(arguments[1]));
        try (ImageCaptioner captioner = ImageCaptioner.load(Path.of(arguments[0]))) {
            System.out.println(captioner.caption(first).text());

            GeneratedText begun = captioner.withPrompt("a photo of").caption(first);
            System.out.printf("%s (%.2f)%n", begun.text(), begun.meanLogProbability());

            captioner.caption(first, System.out::print);
            System.out.println();

            GenerationOptions three = captioner.options().toBuilder()
                    .beams(3)
                    .returnedSequences(3)
                    .build();
            for (GeneratedText caption :
                    captioner.withOptions(three).variants(List.of(first)).get(0)) {
                System.out.println(caption.text());
            }

            Stream<Image> photos =
                    Arrays.stream(arguments).skip(1).map(Path::of).map(Image::fromFile);
            captioner.caption(photos).map(GeneratedText::text).forEach(System.out::println); // in constant memory
        }
    }
}
