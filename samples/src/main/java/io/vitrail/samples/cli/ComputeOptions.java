package io.vitrail.samples.cli;

import ai.djl.Device;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.kernels.Precision;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a model computes, and in what numbers. */
final class ComputeOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--precision",
            defaultValue = "FP32",
            description =
                    "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}: the reference's results; AUTO: the fastest"
                            + " that this machine has).")
    private Precision precision;

    @Option(names = "--device", defaultValue = "cpu", description = "cpu or gpu0, gpu1, … (default ${DEFAULT-VALUE}).")
    private String device;

    Precision precision() {
        return precision;
    }

    Compute compute() {
        return new Compute(device(), precision);
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
