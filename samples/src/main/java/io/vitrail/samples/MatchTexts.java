package io.vitrail.samples;

import io.vitrail.fusion.ImageTextMatcher;
import io.vitrail.fusion.ImageTextMatcher.Match;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Orders texts by how well they describe a photo. */
public class MatchTexts {
    /** The folder of a model such as Salesforce/blip-itm-base-coco, a photo, then texts. */
    public static void main(String[] arguments) {
        Image photo = Image.fromFile(Path.of(arguments[1]));
        List<String> texts = Arrays.asList(arguments).subList(2, arguments.length);
        try (ImageTextMatcher matcher = ImageTextMatcher.load(Path.of(arguments[0]))) {
            matcher.match(photo, texts).stream()
                    .sorted(Comparator.comparingDouble(Match::score).reversed())
                    .forEach(match -> System.out.printf("%.3f %s%n", match.score(), match.text()));
        }
    }
}
