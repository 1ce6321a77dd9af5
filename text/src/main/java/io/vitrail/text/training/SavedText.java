package io.vitrail.text.training;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.SoftPrompt;
import io.vitrail.text.TextModel;
import io.vitrail.text.TextTask;
import io.vitrail.transformer.lora.LoraTraining;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.CheckpointName;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.ModelCard;
import io.vitrail.transformer.weights.ReplacedFile;
import io.vitrail.transformer.weights.StorageType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A fine-tuned text model in the Hugging Face layout: config.json, weights or an adapter, the tokenizer's files, a card.
 *
 * @param folder of the checkpoint that it began as
 */
record SavedText(Path folder, ObjectNode config, TextTask task) {
    private static final List<String> TOKENIZER = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.txt",
            "vocab.json",
            "merges.txt",
            "spiece.model",
            "sentencepiece.bpe.model",
            "tokenizer.model",
            "chat_template.jinja",
            "chat_template.json",
            "generation_config.json");

    /** What reads it in Python. */
    enum Library {
        TRANSFORMERS,
        PEFT
    }

    /** The name of the checkpoint that it began as. */
    CheckpointName base() {
        return CheckpointName.of(folder);
    }

    void saveModel(TextModel model, Path to) {
        JsonFile.write(to.resolve("config.json"), config);
        Path file = to.resolve("model.safetensors");
        model.weightTable().save(file, StorageType.F32, model.basePrefix(), model, model.sizes());
    }

    /** With the config where it tells the classes. */
    void saveAdapter(LoraTraining adapter, Path to) {
        if (task == TextTask.SEQUENCE_CLASSIFICATION) {
            JsonFile.write(to.resolve("config.json"), config);
        }
        adapter.save(to, base().referenceOrShown());
    }

    void savePrompt(NDArray vectors, Path to) {
        SoftPrompt.write(vectors, to, base().referenceOrShown());
    }

    /** The tokenizer's files, and none that another checkpoint left there, and the card. */
    void saveTexts(Path to, TuningReport report, Library library) {
        try {
            for (String name : TOKENIZER) {
                Path file = folder.resolve(name);
                if (Files.isRegularFile(file)) {
                    ReplacedFile.write(to.resolve(name), Files.readAllBytes(file));
                } else {
                    Files.deleteIfExists(to.resolve(name));
                }
            }
        } catch (IOException e) {
            throw CheckpointException.of(
                    "The tokenizer can't be saved: " + e + ".", to, "check the permissions of both folders.", e);
        }
        ReplacedFile.write(to.resolve("README.md"), card(report, library).getBytes(StandardCharsets.UTF_8));
    }

    private String card(TuningReport report, Library library) {
        List<String> lines = new ArrayList<>();
        lines.add("---");
        base().cardLine().ifPresent(lines::add);
        lines.add("library_name: " + library.name().toLowerCase(Locale.ROOT));
        lines.add("pipeline_tag: " + pipeline());
        ModelCard.in(folder).licence().ifPresent(licence -> lines.add("license: " + quoted(licence)));
        lines.addAll(List.of("---", "", "# " + base().shown() + ", fine-tuned", ""));
        report.best().ifPresent(best -> {
            lines.addAll(List.of("| metric | value on held-out texts |", "|---|---|"));
            best.evaluation().metrics().forEach((name, value) -> lines.add(row(name, number(value))));
            lines.add("");
        });
        lines.addAll(List.of("| setting of the fine-tuning | value |", "|---|---|", row("steps", report.steps() + "")));
        for (Map.Entry<String, String> setting : report.settings().entrySet()) {
            lines.add(row(setting.getKey(), setting.getValue()));
        }
        return String.join("\n", lines) + "\n";
    }

    private String pipeline() {
        return switch (task) {
            case SEQUENCE_CLASSIFICATION -> "text-classification";
            case NEXT_TOKEN -> "text-generation";
            default -> "fill-mask";
        };
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static String row(String name, String value) {
        return "| " + name + " | " + value.replace("|", "\\|") + " |";
    }

    private static String quoted(String text) {
        return JsonNodeFactory.instance.textNode(text).toString();
    }
}
