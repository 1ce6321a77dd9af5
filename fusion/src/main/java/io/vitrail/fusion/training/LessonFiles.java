package io.vitrail.fusion.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CompanionFiles;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.ReplacedFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What a fine-tuned model has beside its weights: config.json, and what stood beside those that it began with. */
record LessonFiles(ObjectNode config, CompanionFiles others) {
    static LessonFiles of(Checkpoint checkpoint) {
        ObjectNode config = checkpoint.config().deepCopy();
        config.remove("torch_dtype");
        config.put("dtype", "float32");
        return new LessonFiles(config, CompanionFiles.in(checkpoint.folder()));
    }

    void save(Path folder, String card) {
        JsonFile.write(folder.resolve("config.json"), config);
        others.save(folder);
        ReplacedFile.write(folder.resolve("README.md"), card.getBytes(StandardCharsets.UTF_8));
    }
}
