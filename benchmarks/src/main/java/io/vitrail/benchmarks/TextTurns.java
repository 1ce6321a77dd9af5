package io.vitrail.benchmarks;

import io.vitrail.text.TextBenchmark;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.kernels.Precision;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * {@link TurnTaking} for text. Each line on standard input asks for one measurement: {@code read BATCH TOKENS}, {@code write
 * PROMPT TOKENS} (both answered by milliseconds), {@code bandwidth MEGABYTES} (the bytes per second at which this program reads so
 * much of its memory), or {@code effect TOKENS} (the largest and the mean difference of log-probabilities from float32's).
 * {@code text_side_by_side.py} is the other program.
 */
public final class TextTurns {
    private TextTurns() {}

    /** Arguments: a checkpoint's folder, and a precision. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Compute compute = Compute.DEFAULT.withPrecision(Precision.valueOf(arguments[1]));
        BufferedReader turns = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (TextBenchmark benchmark = TextBenchmark.load(folder, compute)) {
            System.out.println("ready");
            for (String line = turns.readLine(); line != null; line = turns.readLine()) {
                System.out.println(answer(line.strip().split(" "), benchmark, folder));
            }
        }
    }

    private static String answer(String[] asked, TextBenchmark benchmark, Path folder) {
        int first = Integer.parseInt(asked[1]);
        return switch (asked[0]) {
            case "read" -> Double.toString(benchmark.millisToRead(first, Integer.parseInt(asked[2])));
            case "write" -> Double.toString(benchmark.millisToWrite(first, Integer.parseInt(asked[2])));
            case "bandwidth" -> Double.toString(MemorySpeed.ofReading(first));
            case "effect" -> effect(first, benchmark, folder);
            default -> throw new IllegalArgumentException("Nothing known is asked by " + asked[0] + ".");
        };
    }

    private static String effect(int tokens, TextBenchmark benchmark, Path folder) {
        float[] actual = benchmark.logProbabilities(tokens);
        try (TextBenchmark exact = TextBenchmark.load(folder, Compute.DEFAULT)) {
            float[] expected = exact.logProbabilities(tokens);
            double largest = 0;
            double sum = 0;
            for (int i = 0; i < expected.length; i++) {
                double difference = Math.abs(actual[i] - expected[i]);
                largest = Math.max(largest, difference);
                sum += difference;
            }
            return largest + " " + sum / expected.length;
        }
    }
}
