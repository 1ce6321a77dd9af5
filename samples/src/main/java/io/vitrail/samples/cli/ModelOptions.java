package io.vitrail.samples.cli;

import ai.djl.Device;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.kernels.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of every command that runs a model. */
final class ModelOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "M",
            description = "Folder of a checkpoint in the Hugging Face layout; without it, the command's default.")
    private Optional<Path> model;

    @Option(
            names = "--precision",
            defaultValue = "FP32",
            description =
                    "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}: the reference's results; AUTO: the fastest"
                            + " that this machine has).")
    private Precision precision;

    @Option(names = "--device", defaultValue = "cpu", description = "cpu or gpu0, gpu1, … (default ${DEFAULT-VALUE}).")
    private String device;

    /** The folder that was named, if one was. */
    Optional<Path> folder() {
        model.ifPresent(folder -> Check.that(
                Files.exists(folder),
                "There is no model folder '%s'.%n  try:  a folder that holds config.json and model.safetensors;"
                        + " without --model, the embedded model is used.",
                folder));
        return model;
    }

    Compute compute() {
        if (!device.matches("cpu|gpu\\d{1,3}")) {
            throw new ParameterException(spec.commandLine(), "--device must be cpu, gpu0, gpu1, …, not " + device);
        }
        Device chosen = device.equals("cpu") ? Device.cpu() : Device.gpu(Integer.parseInt(device.substring(3)));
        return new Compute(chosen, precision);
    }
}
