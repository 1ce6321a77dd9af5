package io.vitrail.samples.cli;

import io.vitrail.fusion.ServedTasks;
import io.vitrail.fusion.ServedTasks.Reads;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.hub.Hub;
import io.vitrail.transformer.hub.NeededFiles;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;
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
                        + " hub name such as google/vit-base-patch16-224.",
                named);
        ProgressBar bar = new ProgressBar(spec.commandLine().getErr());
        Path folder = Hub.fromEnvironment()
                .snapshot(named, needed, (file, done, total) -> bar.show(done, total, progress(file, done, total)));
        bar.end();
        return folder;
    }

    /**
     * Loads a model from a folder, or from what the hub has under that name; where it reads something else and is
     * for other commands, the error names them.
     *
     * @param reads what a model reads that the command is for
     * @param spec of the command
     */
    static <T> T load(String named, Reads reads, CommandSpec spec, Function<Path, T> loading) {
        NeededFiles needed =
                switch (reads) {
                    case PICTURES -> NeededFiles.VISION;
                    case TEXTS -> NeededFiles.TEXT;
                    case BOTH -> NeededFiles.VISION_AND_TEXT;
                };
        Path folder = find(named, needed, spec);
        try {
            return loading.apply(folder);
        } catch (CheckpointException | IllegalArgumentException e) {
            ServedTasks served = ServedTasks.of(folder);
            String sentence = served.sentence();
            String command = command(spec);
            boolean serves = served.serves(command)
                    || reads == Reads.BOTH && served.commands().contains(command);
            if (serves || e.getMessage().contains(sentence)) {
                throw e;
            }
            boolean told = reads != Reads.BOTH && served.reads() == reads;
            String what = told
                    ? e.getMessage() + "\n  here: "
                    : "The model in '" + folder + "' isn't for '" + command + "'. ";
            throw new IllegalArgumentException(what + sentence, e);
        }
    }

    /** Its name behind the program's, such as {@code few-shot learn}; the spec may be a mixin's, which has none. */
    private static String command(CommandSpec spec) {
        String all = spec.commandLine().getCommandSpec().qualifiedName();
        return all.substring(all.indexOf(' ') + 1);
    }

    private static String progress(String file, long done, long total) {
        return String.format(Locale.ROOT, "%s  %.1f of %.1f MB", file, done / MEGABYTE, total / MEGABYTE);
    }
}
