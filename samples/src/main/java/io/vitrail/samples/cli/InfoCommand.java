package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.fusion.FusionModelDescription;
import io.vitrail.fusion.ServedTasks;
import io.vitrail.text.TextModelDescription;
import io.vitrail.transformer.ModelSize;
import io.vitrail.transformer.hub.NeededFiles;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.StoredWeights;
import io.vitrail.vit.ModelDescription;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What a checkpoint is. Of a hub's model only the small files are fetched. */
@Command(
        name = "info",
        description = {
            "Say what a model's checkpoint is: family, sizes, parameters, memory, tasks, labels, processing of pictures"
                    + " or tokenizer, licence, files.",
            "Weights aren't loaded. The status is 1 if it can't be loaded here."
        })
final class InfoCommand implements Callable<Integer> {
    private static final NeededFiles SMALL = NeededFiles.CONFIG
            .and(NeededFiles.any("preprocessor_config.json", "processor_config.json"))
            .and(NeededFiles.CARD);
    private static final int LABELS = 5;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "MODEL",
            description = "Folder of a checkpoint, or a hub name; without it, the embedded model.")
    private Optional<String> named;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        Optional<Path> folder = named.map(this::find);
        Described description =
                folder.map(InfoCommand::described).orElseGet(() -> Described.of(ModelDescription.embedded()));
        Map<String, Long> files = folder.map(InfoCommand::files).orElse(Map.of());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Output.line(out, object(description, files));
        } else {
            print(out, description, files);
        }
        return description.problems().isEmpty() ? 0 : Vitrail.FAILED;
    }

    private Path find(String name) {
        Path folder = ModelFolder.find(name, SMALL, spec);
        boolean words = FusionModelDescription.covers(folder) || ServedTasks.readsTexts(folder);
        return words ? ModelFolder.find(name, SMALL.and(NeededFiles.WORDS), spec) : folder;
    }

    private static Described described(Path folder) {
        if (FusionModelDescription.covers(folder)) {
            return Described.of(FusionModelDescription.of(folder));
        }
        return ServedTasks.readsTexts(folder)
                ? Described.of(TextModelDescription.of(folder))
                : Described.of(ModelDescription.of(folder));
    }

    static Map<String, Long> files(Path folder) {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path file : paths.filter(Files::isRegularFile).toList()) {
                sizes.put(file.getFileName().toString(), Files.size(file));
            }
            return sizes;
        } catch (IOException e) {
            throw CheckpointException.of(
                    "The folder's files can't be listed: " + e + ".",
                    folder,
                    "its permissions, or another copy; where a hub's models lie, HF_HUB_CACHE says.",
                    e);
        }
    }

    private ObjectNode object(Described model, Map<String, Long> files) {
        ObjectNode line = Output.object()
                .put("model", named.orElse("embedded"))
                .put("family", model.type())
                .put("class", model.className().orElse(null))
                .put("supported", model.architecture().isPresent());
        model.architecture().ifPresent(architecture -> {
            architecture.sizes().forEach(line.putObject("sizes")::put);
            line.put("parameters", architecture.size().parameters());
            line.putObject("memory")
                    .put("fp32", architecture.size().bytesInFloat32())
                    .put("bf16", architecture.size().bytesInBfloat16())
                    .put("pass", architecture.passBytes());
            architecture.tasks().forEach(line.putArray("tasks")::add);
            ObjectNode labels =
                    line.putObject("labels").put("count", architecture.labels().size());
            architecture.labels().stream().limit(LABELS).forEach(labels.putArray("first")::add);
        });
        model.weights().ifPresent(weights -> {
            ObjectNode stored = line.putObject("weights").put("file", weights.file());
            ObjectNode numbers = stored.put("bytes", weights.bytes()).putObject("numbers");
            weights.numbers().forEach((type, count) -> numbers.put(type.name(), count));
        });
        model.readers().forEach((reader, reading) -> line.put(reader, reading.orElse(null)));
        line.put("licence", model.licence().orElse(null));
        files.forEach(line.putObject("files")::put);
        model.problems().forEach(line.putArray("problems")::add);
        return line;
    }

    private void print(PrintWriter out, Described model, Map<String, Long> files) {
        String family = model.type().isEmpty() ? "unknown" : model.type();
        row(out, "model", named.orElse("embedded"));
        row(out, "family", family + model.className().map(name -> ", " + name).orElse(""));
        model.architecture().ifPresent(architecture -> print(out, architecture));
        row(out, "weights", model.weights().map(InfoCommand::text).orElse("not here"));
        model.readers().forEach((reader, reading) -> row(out, reader, reading.orElse("not here")));
        row(out, "licence", model.licence().orElse("not stated"));
        row(
                out,
                "files",
                files.isEmpty() ? "in the jar" : joined(files, (name, bytes) -> name + " " + Amounts.bytes(bytes)));
        model.problems().forEach(problem -> row(out, "problem", problem.replaceAll("\\s*\\R\\s*", " ")));
        out.flush();
    }

    private static void print(PrintWriter out, Described.Architecture architecture) {
        ModelSize size = architecture.size();
        String weights = Amounts.bytes(size.bytesInFloat32()) + " in FP32, " + Amounts.bytes(size.bytesInBfloat16())
                + " in BF16";
        String pass = String.format(architecture.use(), Amounts.bytes(architecture.passBytes()));
        row(out, "sizes", joined(architecture.sizes(), (name, number) -> name + " " + number));
        row(out, "parameters", Amounts.count(size.parameters()));
        row(out, "memory", "weights " + weights + "; " + pass);
        row(out, "tasks", architecture.tasks().isEmpty() ? "none here" : String.join(", ", architecture.tasks()));
        row(out, "labels", labels(architecture));
    }

    private static <K> String joined(Map<K, Long> map, BiFunction<K, Long, String> text) {
        return map.entrySet().stream()
                .map(entry -> text.apply(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String labels(Described.Architecture architecture) {
        int count = architecture.labels().size();
        String first = architecture.labels().stream().limit(LABELS).collect(Collectors.joining("; "));
        return count == 0 ? "none" : count + ": " + first + (count > LABELS ? "; …" : "");
    }

    private static String text(StoredWeights weights) {
        String numbers = joined(weights.numbers(), (type, count) -> Amounts.count(count) + " " + type);
        return weights.file() + ", " + numbers + ", " + Amounts.bytes(weights.bytes());
    }

    private static void row(PrintWriter out, String name, String text) {
        out.printf("%-11s%s%n", name, text);
    }
}
