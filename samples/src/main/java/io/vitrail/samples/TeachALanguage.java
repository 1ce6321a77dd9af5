package io.vitrail.samples;

import io.vitrail.text.TextGenerator;
import io.vitrail.text.training.LanguageLesson;
import io.vitrail.text.training.LanguageLessonOptions;
import io.vitrail.text.training.LanguageTexts;
import io.vitrail.text.training.TextLessonOptions;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TuningProgress;
import java.nio.file.Path;

/** Teaches a model that continues texts your own ones, as a small adapter beside it. */
public class TeachALanguage {
    public static void main(String[] args) {
        teach(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]));
    }

    static void teach(Path checkpoint, Path texts, Path folder) {
        FineTuning how = FineTuning.builder()
                .length(new Span.Epochs(3))
                .batch(4)
                .rate(5e-4)
                .build();
        LoraConfig lora = LoraConfig.ofRank(8, LoraConfig.ALL_LINEAR);
        LanguageLessonOptions options = LanguageLessonOptions.DEFAULT.with(
                TextLessonOptions.DEFAULT.withMaxTokens(128).withLora(lora));
        LanguageTexts language = LanguageTexts.read(texts, 0.1, how.seed());
        try (LanguageLesson lesson = LanguageLesson.open(checkpoint, language, options, how)) {
            new FineTuner(lesson, how).run(folder, TuningProgress.SILENT);
            lesson.evaluate().ifPresent(evaluation -> System.out.println(evaluation.metrics()));
        }
        try (TextGenerator plain = TextGenerator.load(checkpoint);
                TextGenerator taught = plain.with(PeftAdapter.read(folder))) {
            System.out.println("before: " + plain.generate("the").text());
            System.out.println("after:  " + taught.generate("the").text());
        }
    }
}
