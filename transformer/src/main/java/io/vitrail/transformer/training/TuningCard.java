package io.vitrail.transformer.training;

import com.fasterxml.jackson.databind.node.TextNode;
import io.vitrail.transformer.weights.CheckpointName;
import io.vitrail.transformer.weights.ModelCard;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The README.md of a fine-tuned checkpoint: what the hub reads at its head, what was learned, how good it is, and how it was
 * made. Names and settings from elsewhere can't break out of their lines and cells.
 *
 * @param source the checkpoint that it began with
 * @param licence of that
 * @param library that loads it in Python
 * @param story what was learned
 */
public record TuningCard(CheckpointName source, Optional<String> licence, Library library, Story story) {
    /** What loads a checkpoint in Python. */
    public enum Library {
        TRANSFORMERS,
        PEFT
    }

    /**
     * What was learned.
     *
     * @param pipeline the task as the hub calls it, such as text-classification
     * @param data that it was learned from, in words
     * @param command that did it; may be empty
     */
    public record Story(String pipeline, String data, String command) {}

    /** Of what began with a checkpoint's folder. */
    public static TuningCard of(CheckpointName source, Path folder, Library library, Story story) {
        return new TuningCard(source, ModelCard.in(folder).licence(), library, story);
    }

    /** The page, in Markdown. */
    public String text(TuningReport report) {
        StringBuilder text = new StringBuilder("---\n");
        licence.ifPresent(
                name -> text.append("license: ").append(TextNode.valueOf(name)).append('\n'));
        source.cardLine().ifPresent(line -> text.append(line).append('\n'));
        text.append("library_name: %s\npipeline_tag: %s\n---\n\n"
                .formatted(library.name().toLowerCase(Locale.ROOT), story.pipeline));
        text.append("# %s, fine-tuned\n\nFine-tuned with Vitrail from %s on %s.\n\n"
                .formatted(source.shown(), source.shown(), story.data));
        report.best().ifPresent(best -> text.append(table("after epoch " + best.epoch(), metrics(best))));
        text.append(table("setting", report.settings()));
        text.append("Trained for %d steps in %d s.\n"
                .formatted(report.steps(), report.trained().toSeconds()));
        if (!story.command.isEmpty()) {
            text.append("\n```\n%s\n```\n".formatted(story.command));
        }
        return text.toString();
    }

    private static Map<String, String> metrics(TuningReport.Best best) {
        Map<String, String> shown = new LinkedHashMap<>();
        best.evaluation()
                .metrics()
                .forEach((name, value) -> shown.put(name, String.format(Locale.ROOT, "%.4f", value)));
        return shown;
    }

    private static String table(String title, Map<String, String> rows) {
        StringBuilder table = new StringBuilder("| " + title + " | |\n|---|---|\n");
        rows.forEach((name, value) -> table.append("| %s | %s |\n".formatted(name, value.replace("|", "\\|"))));
        return table.append('\n').toString();
    }
}
