package io.vitrail.text.training;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.SoftPrompt;
import io.vitrail.text.TextModel;
import io.vitrail.text.TextTask;
import io.vitrail.transformer.lora.LoraTraining;
import io.vitrail.transformer.training.TuningCard;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.CheckpointName;
import io.vitrail.transformer.weights.CompanionFiles;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.ReplacedFile;
import io.vitrail.transformer.weights.StorageType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A fine-tuned text model in the Hugging Face layout: config.json, weights or an adapter, the tokenizer's files, a card.
 *
 * @param folder of the checkpoint that it began as
 * @param others what stood beside that one's weights
 */
record SavedText(Path folder, CompanionFiles others, ObjectNode config, TextTask task) {
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

    /**
     * The tokenizer's files, and none that another checkpoint left there, and the card.
     *
     * @param story what was learned
     */
    void saveTexts(Path to, TuningReport report, TuningCard.Library library, TuningCard.Story story) {
        others.save(to);
        String card = TuningCard.of(base(), folder, library, story).text(report);
        ReplacedFile.write(to.resolve("README.md"), card.getBytes(StandardCharsets.UTF_8));
    }

    /** What the hub calls the task. */
    String pipeline() {
        return switch (task) {
            case SEQUENCE_CLASSIFICATION -> "text-classification";
            case NEXT_TOKEN -> "text-generation";
            default -> "fill-mask";
        };
    }
}
