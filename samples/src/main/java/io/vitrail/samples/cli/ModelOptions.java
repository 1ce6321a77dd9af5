package io.vitrail.samples.cli;

import ai.djl.Device;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.hub.NeededFiles;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.kernels.Precision;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every command that runs a model. */
final class ModelOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "M",
            description = "Folder of a checkpoint in the Hugging Face layout, or a hub name such as"
                    + " google/vit-base-patch16-224; without it, the command's default.")
    private Optional<String> model;

    @Option(
            names = "--precision",
            defaultValue = "FP32",
            description =
                    "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}: the reference's results; AUTO: the fastest"
                            + " that this machine has).")
    private Precision precision;

    @Option(names = "--device", defaultValue = "cpu", description = "cpu or gpu0, gpu1, … (default ${DEFAULT-VALUE}).")
    private String device;

    /**
     * Loads the model that the command line names, or else the command's default.
     *
     * @param named loads a checkpoint's folder
     */
    <T> T load(BiFunction<Path, Compute, T> named, Function<Compute, T> otherwise) {
        Compute compute = new Compute(device(), precision);
        if (model.isEmpty()) {
            return otherwise.apply(compute);
        }
        return named.apply(ModelFolder.find(model.get(), NeededFiles.VISION, spec), compute);
    }

    Precision precision() {
        return precision;
    }

    private Device device() {
        WrongCommandLine.unless(
                device.matches("cpu|gpu\\d{1,3}"), spec, "--device must be cpu, gpu0, gpu1, …, not %s", device);
        Device chosen = device.equals("cpu") ? Device.cpu() : Device.gpu(Integer.parseInt(device.substring(3)));
        WrongCommandLine.unless(
                !chosen.isGpu() || chosen.getDeviceId() < DjlEngine.gpus(),
                spec,
                "--device %s isn't there: PyTorch as it is installed here finds %d GPUs with CUDA.%n"
                        + "  try:  --device cpu; PyTorch for CUDA is used if PYTORCH_LIBRARY_PATH names its folder.",
                device,
                DjlEngine.gpus());
        return chosen;
    }
}
