package io.vitrail.benchmarks;

import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.vit.VisionBenchmark;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Takes turns with another program that times its own runs: for every line on standard input, a batch size, one pass is timed
 * and its milliseconds printed. So both meet the same state of a shared machine. {@code side_by_side.py} is the other program.
 */
public final class TurnTaking {
    private TurnTaking() {}

    /** Arguments: a checkpoint's folder, and a precision. */
    public static void main(String[] arguments) throws IOException {
        Compute compute = Compute.DEFAULT.withPrecision(Precision.valueOf(arguments[1]));
        BufferedReader turns = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (VisionBenchmark benchmark = VisionBenchmark.load(Path.of(arguments[0]), compute)) {
            System.out.println("ready");
            for (String line = turns.readLine(); line != null; line = turns.readLine()) {
                System.out.println(benchmark.millis(Integer.parseInt(line.strip())));
            }
        }
    }
}
