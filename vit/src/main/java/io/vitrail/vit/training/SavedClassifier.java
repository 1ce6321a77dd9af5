package io.vitrail.vit.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.vit.HybridVit;
import io.vitrail.vit.Views;
import io.vitrail.vit.image.ImageProcessor;
import io.vitrail.vit.image.Resampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Saves a trained classifier as a checkpoint in the Hugging Face layout, with a card that says how good it is. */
public final class SavedClassifier {
    /** Below this best probability most pictures of the evaluation's kind are wrong or show something else. */
    private static final double UNSURE_BELOW = 0.4;

    /** What the finished classifier looks at. */
    private static final Views VIEWS = new Views(List.of(1.0, 0.8), true);

    private SavedClassifier() {}

    /**
     * What the training came to.
     *
     * @param accuracies of the model that is saved; none if it wasn't measured
     */
    public record Result(TuningReport report, List<Accuracy> accuracies) {}

    /**
     * Writes config.json, preprocessor_config.json, model.safetensors (float16) and README.md into the folder.
     *
     * @throws CheckpointException if that can't be written
     */
    public static void save(HybridVit model, TrainingOptions options, Result result, Path folder) {
        try {
            write(model, options, result, Files.createDirectories(folder));
        } catch (IOException e) {
            throw CheckpointException.of(
                    "Cannot write the classifier: " + e + ".", folder, "give a folder that you may write to.", e);
        }
    }

    private static void write(HybridVit model, TrainingOptions options, Result result, Path folder) throws IOException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode config = model.configJson().put("unsure_below", UNSURE_BELOW);
        VIEWS.writeTo(config);
        Files.writeString(folder.resolve("config.json"), mapper.writeValueAsString(config) + "\n");
        Normalization normal = options.normalization();
        double[] mean = normal.mean().stream().mapToDouble(Double::doubleValue).toArray();
        double[] deviation =
                normal.deviation().stream().mapToDouble(Double::doubleValue).toArray();
        ImageProcessor.vit(model.imageHeight(), model.imageWidth(), Resampling.BICUBIC, mean, deviation)
                .save(folder);
        model.weightTable()
                .save(folder.resolve("model.safetensors"), StorageType.F16, model.basePrefix(), model, model.sizes());
        Files.writeString(folder.resolve("README.md"), card(model, options, result));
    }

    private static String card(HybridVit model, TrainingOptions options, Result result) {
        TuningReport report = result.report;
        StringBuilder rows = new StringBuilder();
        for (Accuracy accuracy : result.accuracies) {
            rows.append(String.format(
                    Locale.ROOT,
                    "| %s | %.1f %% | %.1f %% | %d |%n",
                    accuracy.set(),
                    100 * accuracy.top1(),
                    100 * accuracy.top5(),
                    accuracy.n()));
        }
        return """
                # The embedded classifier

                A small hybrid Vision Transformer of 20 everyday classes, trained by `vitrail train`. The pictures that it
                learned from are not part of it.

                | evaluated on | top-1 | top-5 | pictures |
                |---|---|---|---|
                %s
                Each over all 20 classes, by one look at the whole picture: %s.
                The classifier looks at several views (config.json), and is better by some points on large photos.

                Trained for %d steps in %d minutes with stages (epochs x side) %s; %s; %s.
                Weights are stored as float16.
                """
                .formatted(
                        rows,
                        String.join(", ", model.labels()),
                        report.steps(),
                        report.trained().toMinutes(),
                        joined(options.stages().stream().map(stage -> stage.epochs() + "x" + stage.side())),
                        options.mixing(),
                        joined(report.settings().entrySet().stream()
                                .map(setting -> setting.getKey() + " " + setting.getValue())));
    }

    private static String joined(Stream<String> texts) {
        return texts.collect(Collectors.joining(", "));
    }
}
