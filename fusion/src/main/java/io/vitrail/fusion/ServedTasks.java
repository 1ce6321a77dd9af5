package io.vitrail.fusion;

import io.vitrail.text.TextArchitecture;
import io.vitrail.text.TextModelDescription;
import io.vitrail.text.TextModels;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.ModelDescription;
import io.vitrail.vit.VisionArchitecture;
import io.vitrail.vit.VisionModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the model of a checkpoint serves, told by its config: for those who asked it for something else.
 *
 * @param reads what it reads
 * @param commands the tasks, by the names of the command line; none if the model isn't known here
 */
public record ServedTasks(Reads reads, List<String> commands) {
    private static final String CHAT = "chat"; // about pictures it takes an option

    /** What a model reads. */
    public enum Reads {
        PICTURES,
        TEXTS,
        BOTH
    }

    public ServedTasks {
        commands = List.copyOf(commands);
    }

    /** Of a checkpoint's folder, whatever family it is of; no weight is read. */
    public static ServedTasks of(Path folder) {
        try {
            if (FusionModelDescription.covers(folder)) {
                return new ServedTasks(
                        Reads.BOTH,
                        FusionModelDescription.of(folder)
                                .architecture()
                                .map(FusionArchitecture::tasks)
                                .orElse(List.of()));
            }
            return readsTexts(folder)
                    ? new ServedTasks(
                            Reads.TEXTS,
                            TextModelDescription.of(folder)
                                    .architecture()
                                    .map(TextArchitecture::tasks)
                                    .orElse(List.of()))
                    : new ServedTasks(
                            Reads.PICTURES,
                            ModelDescription.of(folder)
                                    .architecture()
                                    .map(VisionArchitecture::tasks)
                                    .orElse(List.of()));
        } catch (CheckpointException | IllegalArgumentException e) {
            return new ServedTasks(Reads.BOTH, List.of()); // what is wrong with it is told where it is loaded
        }
    }

    /** Whether a folder's model reads texts, and no pictures. */
    public static boolean readsTexts(Path folder) {
        Path config = folder.resolve("config.json");
        if (!Files.exists(config)) {
            return false;
        }
        String type = new ConfigJson(JsonFile.read(config)).text("model_type", "");
        return TextModels.types().contains(type) && !VisionModels.types().contains(type);
    }

    /** Whether a command serves the model, as it is called without further options. */
    public boolean serves(String command) {
        return commands.contains(command) && !(reads == Reads.BOTH && command.equals(CHAT));
    }

    /** As a sentence about the model; empty if there is nothing to say. */
    public String sentence() {
        if (commands.isEmpty()) {
            return "";
        }
        String alone =
                switch (reads) {
                    case PICTURES -> "It reads pictures alone, and serves ";
                    case TEXTS -> "It reads texts alone, and serves ";
                    case BOTH -> "It serves ";
                };
        int last = commands.size() - 1;
        String names = last == 0
                ? commands.get(0)
                : String.join(", ", commands.subList(0, last)) + " and " + commands.get(last);
        String called = reads == Reads.BOTH ? names.replace(CHAT, CHAT + " --image") : names;
        return alone + (last == 0 ? "the command " : "the commands ") + called + ".";
    }
}
