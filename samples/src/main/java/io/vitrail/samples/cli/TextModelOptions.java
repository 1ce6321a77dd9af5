package io.vitrail.samples.cli;

import io.vitrail.fusion.ServedTasks.Reads;
import io.vitrail.transformer.kernels.Compute;
import java.nio.file.Path;
import java.util.function.BiFunction;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every command that runs a model of text: it has to be named. */
final class TextModelOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ComputeOptions computing;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "M",
            required = true,
            description = "Folder of a checkpoint in the Hugging Face layout, or a hub name.")
    private String model;

    /** Loads the model from its folder. */
    <T> T load(BiFunction<Path, Compute, T> named) {
        return load(named, Reads.TEXTS);
    }

    /** Loads a model that looks at pictures, too. */
    <T> T loadForPictures(BiFunction<Path, Compute, T> named) {
        return load(named, Reads.BOTH);
    }

    private <T> T load(BiFunction<Path, Compute, T> named, Reads reads) {
        Compute compute = computing.compute();
        return ModelFolder.load(model, reads, spec, folder -> named.apply(folder, compute));
    }
}
