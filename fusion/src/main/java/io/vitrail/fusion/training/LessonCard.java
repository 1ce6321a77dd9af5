package io.vitrail.fusion.training;

import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.CheckpointName;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The README.md of a fine-tuned model of pictures and texts.
 *
 * @param source the checkpoint that it began with
 * @param licence of that
 * @param library that loads it: transformers or peft
 */
record LessonCard(CheckpointName source, Optional<String> licence, String library, Story story) {
    /**
     * What was learned.
     *
     * @param task as the hub calls it
     * @param data that it was learned from, in words
     * @param command that did it; may be empty
     */
    record Story(String task, String data, String command) {}

    String text(TuningReport report) {
        StringBuilder text = new StringBuilder("---\n");
        licence.ifPresent(name -> text.append("license: ").append(name).append('\n'));
        source.cardLine().ifPresent(line -> text.append(line).append('\n'));
        text.append(
                """
                library_name: %s
                pipeline_tag: %s
                ---

                # %s, fine-tuned

                Fine-tuned with Vitrail from %s on %s.

                """
                        .formatted(library, story.task, source.shown(), source.shown(), story.data));
        report.best()
                .ifPresent(best -> text.append(table(
                        "after epoch " + best.epoch(),
                        best.evaluation().metrics(),
                        value -> String.format(Locale.ROOT, "%.4f", value))));
        text.append(table("setting", report.settings(), value -> value));
        text.append(String.format(
                "Trained for %d steps in %d s.%n",
                report.steps(), report.trained().toSeconds()));
        if (!story.command.isEmpty()) {
            text.append("\n```\n").append(story.command).append("\n```\n");
        }
        return text.toString();
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
