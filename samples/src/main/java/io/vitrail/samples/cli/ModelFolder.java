package io.vitrail.samples.cli;

import io.vitrail.text.TextModels;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.hub.Hub;
import io.vitrail.transformer.hub.NeededFiles;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.VisionModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/** The folder of a model that a command line names. */
final class ModelFolder {
    private static final double MEGABYTE = 1e6;

    private ModelFolder() {}

    /**
     * A folder that is there, or else what the hub has under that name.
     *
     * @param spec of the command, which shows how a download proceeds
     */
    static Path find(String named, NeededFiles needed, CommandSpec spec) {
        if (Files.exists(Path.of(named))) {
            return Path.of(named);
        }
        Check.that(
                Hub.isFullName(named),
                "There is no model folder '%s'.%n  try:  a folder that holds config.json and model.safetensors, or a"
                        + " hub name such as google/vit-base-patch16-224; without --model, the command has a default.",
                named);
        ProgressBar bar = new ProgressBar(spec.commandLine().getErr());
        Path folder = Hub.fromEnvironment()
                .snapshot(named, needed, (file, done, total) -> bar.show(done, total, progress(file, done, total)));
        bar.end();
        return folder;
    }

    /** Whether a folder's model reads texts, and no pictures. */
    static boolean readsTextsOnly(Path folder) {
        Path config = folder.resolve("config.json");
        if (!Files.exists(config)) {
            return false;
        }
        String type = new ConfigJson(JsonFile.read(config)).text("model_type", "");
        return TextModels.types().contains(type) && !VisionModels.types().contains(type);
    }

    private static String progress(String file, long done, long total) {
        return String.format(Locale.ROOT, "%s  %.1f of %.1f MB", file, done / MEGABYTE, total / MEGABYTE);
    }
}
