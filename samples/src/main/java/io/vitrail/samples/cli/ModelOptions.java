package io.vitrail.samples.cli;

import io.vitrail.fusion.ServedTasks;
import io.vitrail.fusion.ServedTasks.Reads;
import io.vitrail.transformer.hub.NeededFiles;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.kernels.Precision;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every command that runs a model and has one by default. */
final class ModelOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ComputeOptions computing;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "M",
            description = "Folder of a checkpoint in the Hugging Face layout, or a hub name such as"
                    + " google/vit-base-patch16-224; without it, the command's default.")
    private Optional<String> model;

    /**
     * Loads the model that the command line names, or else the command's default.
     *
     * @param named loads a checkpoint's folder
     */
    <T> T load(BiFunction<Path, Compute, T> named, Function<Compute, T> otherwise) {
        Compute compute = computing.compute();
        if (model.isEmpty()) {
            return otherwise.apply(compute);
        }
        return load(named, Reads.PICTURES, compute);
    }

    /** Loads the model that the command line names, which reads texts; there is no default one. */
    <T> T loadForTexts(BiFunction<Path, Compute, T> named) {
        return load(named, Reads.TEXTS, computing.compute());
    }

    /** Loads the model that the command line names, which reads pictures and texts, or else the command's default. */
    <T> T loadForPicturesAndTexts(BiFunction<Path, Compute, T> named, Function<Compute, T> otherwise) {
        return model.isEmpty() ? otherwise.apply(computing.compute()) : loadForPicturesAndTexts(named);
    }

    /** Loads the model that the command line names, which reads pictures and texts; there is no default one. */
    <T> T loadForPicturesAndTexts(BiFunction<Path, Compute, T> named) {
        return load(named, Reads.BOTH, computing.compute());
    }

    private <T> T load(BiFunction<Path, Compute, T> named, Reads reads, Compute compute) {
        return ModelFolder.load(model.orElseThrow(), reads, spec, folder -> named.apply(folder, compute));
    }

    /** Whether the command line names a model. */
    boolean isNamed() {
        return model.isPresent();
    }

    /** What the model that the command line names serves. */
    ServedTasks served() {
        return ServedTasks.of(ModelFolder.find(model.orElseThrow(), NeededFiles.CONFIG, spec));
    }

    /** Whether the command line names a model that reads texts, and no pictures. */
    boolean readsTextsOnly() {
        return model.filter(name -> ServedTasks.readsTexts(ModelFolder.find(name, NeededFiles.CONFIG, spec)))
                .isPresent();
    }

    Compute compute() {
        return computing.compute();
    }

    Precision precision() {
        return computing.precision();
    }
}
