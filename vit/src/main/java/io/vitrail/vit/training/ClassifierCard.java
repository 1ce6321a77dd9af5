package io.vitrail.vit.training;

import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.CheckpointName;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The README.md of a fine-tuned classifier.
 *
 * @param source the checkpoint that it began with
 * @param licence of that
 * @param training number of pictures that it learned from
 * @param evaluation number of pictures that it was measured by
 * @param command that made it; may be empty
 */
record ClassifierCard(
        CheckpointName source,
        Optional<String> licence,
        List<String> labels,
        int training,
        int evaluation,
        String command) {
    private static final int MOST_LABELS = 50;

    String text(TuningReport report) {
        StringBuilder text = new StringBuilder("---\n");
        licence.ifPresent(name -> text.append("license: ").append(name).append('\n'));
        source.cardLine().ifPresent(line -> text.append(line).append('\n'));
        text.append(
                """
                library_name: transformers
                pipeline_tag: image-classification
                ---

                # An image classifier of %d classes

                Fine-tuned with Vitrail from %s on %d pictures; measured on %d others.

                Classes: %s

                """
                        .formatted(labels.size(), source.shown(), training, evaluation, classes()));
        report.best()
                .ifPresent(best -> text.append(table(
                        "after epoch " + best.epoch(),
                        best.evaluation().metrics(),
                        value -> String.format(Locale.ROOT, "%.4f", value))));
        text.append(table("setting", report.settings(), value -> value));
        text.append(String.format(
                "Trained for %d steps in %d s.%n",
                report.steps(), report.trained().toSeconds()));
        if (!command.isEmpty()) {
            text.append("\n```\n").append(command).append("\n```\n");
        }
        return text.toString();
    }

    private String classes() {
        List<String> some = labels.subList(0, Math.min(MOST_LABELS, labels.size()));
        return String.join(", ", some) + (some.size() < labels.size() ? ", …" : "");
    }

    private static <V> String table(String title, Map<String, V> rows, Function<V, String> shown) {
        StringBuilder table = new StringBuilder("| " + title + " | |\n|---|---|\n");
        rows.forEach((name, value) -> table.append("| ")
                .append(name)
                .append(" | ")
                .append(shown.apply(value))
                .append(" |\n"));
        return table.append('\n').toString();
    }
}
