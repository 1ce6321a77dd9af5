package io.vitrail.samples;

import io.vitrail.samples.walkthrough.Walkthrough;
import io.vitrail.samples.walkthrough.WalkthroughPage;
import io.vitrail.samples.walkthrough.WalkthroughText;
import java.nio.file.Path;

/** Shows self-attention step by step, number by number; with the name of a file, also as a page. */
public class FollowOneSentence {
    public static void main(String[] arguments) {
        Walkthrough walkthrough = Walkthrough.compute();
        WalkthroughText.lines(walkthrough).forEach(System.out::println);
        if (arguments.length > 0) {
            new WalkthroughPage(walkthrough).save(Path.of(arguments[0]));
        }
    }
}
