package io.vitrail.samples;

import io.vitrail.fusion.VisualQuestionAnswerer;
import io.vitrail.fusion.VisualQuestionAnswerer.Answer;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Asks a photo questions: freely, and with answers to choose from. */
public class AskAboutPhoto {
    /** The folder of a model such as Salesforce/blip-vqa-base, a photo, then questions. */
    public static void main(String[] arguments) {
        Image photo = Image.fromFile(Path.of(arguments[1]));
        List<String> questions = Arrays.asList(arguments).subList(2, arguments.length);
        try (VisualQuestionAnswerer answerer = VisualQuestionAnswerer.load(Path.of(arguments[0]))) {
            List<Answer> answers = answerer.answer(photo, questions); // it looks at the photo once
            List<List<Answer>> ranked = answerer.rank(photo, questions, List.of("yes", "no"));
            for (int i = 0; i < questions.size(); i++) {
                Answer best = answers.get(i);
                System.out.printf("%s %s (%.2f)%n", questions.get(i), best.text(), best.score());
                System.out.println("  yes or no? " + ranked.get(i).get(0).text());
            }
        }
    }
}
