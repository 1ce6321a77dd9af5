package io.vitrail.samples;

import io.vitrail.fusion.ExplainedCaption;
import io.vitrail.fusion.ImageCaptioner;
import io.vitrail.vit.attention.HeatOverlay;
import io.vitrail.vit.attention.WordMap;
import io.vitrail.vit.attention.WordPage;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;

/** Shows which parts of a photo the words of its caption came from: as a page, and as a picture for each word. */
public class ShowWhereWordsCameFrom {
    /** The folder of a model such as Salesforce/blip-image-captioning-base, a photo, and a folder for the results. */
    public static void main(String[] arguments) {
        Image photo = Image.fromFile(Path.of(arguments[1]));
        Path folder = Path.of(arguments[2]);
        try (ImageCaptioner captioner = ImageCaptioner.load(Path.of(arguments[0]))) {
            ExplainedCaption explained = captioner.explain(photo);
            new WordPage(arguments[1], photo, explained.words()).save(folder.resolve("words.html"));
            int number = 0;
            for (WordMap word : explained.words()) {
                String file = "word-" + number++ + ".png";
                HeatOverlay.of(photo, word.map()).save(folder.resolve(file));
                System.out.println(file + " " + word.word());
            }
        }
    }
}
