package io.vitrail.samples;

import io.vitrail.samples.transduction.Transduction;
import io.vitrail.text.TextToText;
import io.vitrail.text.training.TextPair;
import io.vitrail.text.training.TransformerRecipe;
import io.vitrail.text.training.TransformerTraining;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Trains the original Transformer from nothing to copy, to reverse or to rewrite dates, and examines it on what it
 * hasn't seen: {@code copy}, {@code reverse} or {@code dates}, then a folder for the model.
 */
public class TrainTransformer {
    public static void main(String[] arguments) {
        Transduction language = Transduction.valueOf(arguments[0].toUpperCase(Locale.ROOT));
        Path folder = Path.of(arguments[1]);
        train(language, TransformerRecipe.small(), folder);
        examine(language.heldOut(1000), folder);
    }

    static void train(Transduction language, TransformerRecipe recipe, Path folder) {
        TransformerTraining training = new TransformerTraining(Transduction.CHARACTERS, recipe);
        training.run(language, folder, step -> {
            if (step.number() % 100 == 0) {
                System.out.printf("step %d: loss %.3f, rate %.5f%n", step.number(), step.loss(), step.rate());
            }
        });
    }

    static double examine(List<TextPair> unseen, Path folder) {
        try (TextToText transformer = TextToText.load(folder)) {
            List<String> written = transformer
                    .generate(unseen.stream().map(TextPair::source).toList())
                    .stream()
                    .map(answer -> answer.text())
                    .toList();
            long right = 0;
            for (int i = 0; i < unseen.size(); i++) {
                right += written.get(i).equals(unseen.get(i).target()) ? 1 : 0;
            }
            for (int i = 0; i < 3; i++) {
                System.out.println(unseen.get(i).source() + " -> " + written.get(i));
            }
            System.out.printf("%d of %d are right%n", right, unseen.size());
            return (double) right / unseen.size();
        }
    }
}
