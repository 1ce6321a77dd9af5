package io.vitrail.samples;

import io.vitrail.text.TextClassifier;
import io.vitrail.text.training.LabelledTexts;
import io.vitrail.text.training.TextClassificationLesson;
import io.vitrail.text.training.TextLessonOptions;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TuningProgress;
import java.nio.file.Path;

/** Teaches a model of texts your classes, from a table with the columns text and label. */
public class TeachClasses {
    public static void main(String[] args) {
        teach(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]));
    }

    static void teach(Path checkpoint, Path table, Path folder) {
        FineTuning how = FineTuning.builder()
                .length(new Span.Epochs(3))
                .batch(16)
                .rate(5e-5)
                .build();
        LabelledTexts texts = LabelledTexts.read(table, 0.1, how.seed());
        try (TextClassificationLesson lesson =
                TextClassificationLesson.open(checkpoint, texts, TextLessonOptions.DEFAULT, how)) {
            new FineTuner(lesson, how).run(folder, new TuningProgress() {
                @Override
                public void evaluated(Evaluated evaluated) {
                    System.out.println("epoch " + evaluated.epoch() + ": "
                            + evaluated.evaluation().metrics());
                }
            });
        }
        try (TextClassifier classifier = TextClassifier.load(folder)) {
            String text = texts.training().get(0).text().text();
            System.out.println(text + ": " + classifier.classify(text).best().label());
        }
    }
}
