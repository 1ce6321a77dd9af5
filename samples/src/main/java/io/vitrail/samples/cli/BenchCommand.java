package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.kernels.CpuFeatures;
import io.vitrail.vit.VisionBenchmark;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How fast this machine runs a model, against what its arithmetic could do. */
@Command(
        name = "bench",
        description = "Time a model (ViT-B/16 with random weights without --model) against this machine's ceiling.")
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Option(
            names = "--batch",
            split = ",",
            defaultValue = "1,8",
            description = "Batch sizes (default ${DEFAULT-VALUE}).")
    private List<Integer> batches;

    @Option(names = "--runs", defaultValue = "20", description = "Timed runs of each (default ${DEFAULT-VALUE}).")
    private int runs;

    @Option(names = "--json", description = "One JSON object per line.")
    private boolean json;

    @Override
    public Integer call() {
        WrongCommandLine.unless(runs >= 1 && runs <= 10_000, spec, "--runs must be 1 to 10000, not %d", runs);
        for (int batch : batches) {
            WrongCommandLine.unless(batch >= 1 && batch <= 1024, spec, "--batch must be 1 to 1024, not %d", batch);
        }
        PrintWriter out = spec.commandLine().getOut();
        try (VisionBenchmark benchmark = model.load(VisionBenchmark::load, VisionBenchmark::vitBase)) {
            if (!json) {
                out.println("CPU features: " + CpuFeatures.ofThisMachine().present() + ", processors: "
                        + Runtime.getRuntime().availableProcessors());
            }
            double ceiling = benchmark.ceiling();
            for (int batch : batches) {
                print(out, batch, benchmark.time(batch, runs), ceiling);
            }
        }
        return 0;
    }

    private void print(PrintWriter out, int batch, VisionBenchmark.Timing timing, double ceiling) {
        double share = timing.floatingOperations() / (timing.medianMillis() / 1e3) / ceiling;
        if (json) {
            ObjectNode line = Output.object()
                    .put("precision", model.precision().name())
                    .put("batch", batch)
                    .put("median_ms_per_image", timing.medianMillis() / batch)
                    .put("min_ms_per_image", timing.leastMillis() / batch)
                    .put("max_ms_per_image", timing.mostMillis() / batch)
                    .put("ceiling_gflops", ceiling / 1e9)
                    .put("share_of_ceiling", share);
            Output.line(out, line);
            return;
        }
        out.printf(
                Locale.ROOT,
                "%s batch %d: %.1f ms per image (%.1f to %.1f), %.1f images/s, %.0f %% of the %.0f GFLOP/s of one large linear layer%n",
                model.precision(),
                batch,
                timing.medianMillis() / batch,
                timing.leastMillis() / batch,
                timing.mostMillis() / batch,
                batch / timing.medianMillis() * 1e3,
                100 * share,
                ceiling / 1e9);
        out.flush();
    }
}
