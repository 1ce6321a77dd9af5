package io.vitrail.samples.cli;

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
        return named.apply(ModelFolder.find(model.get(), NeededFiles.VISION, spec), compute);
    }

    /** Loads the model that the command line names, which reads texts; there is no default one. */
    <T> T loadForTexts(BiFunction<Path, Compute, T> named) {
        Compute compute = computing.compute();
        return named.apply(ModelFolder.find(model.orElseThrow(), NeededFiles.TEXT, spec), compute);
    }

    /** Loads the model that the command line names, which reads pictures and texts, or else the command's default. */
    <T> T loadForPicturesAndTexts(BiFunction<Path, Compute, T> named, Function<Compute, T> otherwise) {
        return model.isEmpty() ? otherwise.apply(computing.compute()) : loadForPicturesAndTexts(named);
    }

    /** Loads the model that the command line names, which reads pictures and texts; there is no default one. */
    <T> T loadForPicturesAndTexts(BiFunction<Path, Compute, T> named) {
        Compute compute = computing.compute();
        return named.apply(ModelFolder.find(model.orElseThrow(), NeededFiles.VISION_AND_TEXT, spec), compute);
    }

    /** Whether the command line names a model. */
    boolean isNamed() {
        return model.isPresent();
    }

    /** Whether the command line names a model that reads texts, and no pictures. */
    boolean readsTextsOnly() {
        return model.filter(name -> ModelFolder.readsTextsOnly(ModelFolder.find(name, NeededFiles.CONFIG, spec)))
                .isPresent();
    }

    Compute compute() {
        return computing.compute();
    }

    Precision precision() {
        return computing.precision();
    }
}
