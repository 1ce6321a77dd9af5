package io.vitrail.benchmarks;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PostNormBlock;
import io.vitrail.transformer.RelativeAttention;
import io.vitrail.transformer.RelativePositions;
import io.vitrail.transformer.SegmentMemory;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What does a long input cost, in time per token and in memory? Four layers of GPT-2's size with random weights read
 * 512 to 16,384 tokens: all at once, each token seeing all before it; all at once, each seeing the nearest 512; and
 * segment by segment, as Transformer-XL does. Each measurement has a process of its own: its memory is by how much
 * the largest resident set exceeds that before the first pass. Linux only.
 */
public final class LongInput {
    private static final int[] LENGTHS = {512, 1024, 2048, 4096, 8192, 16384};
    private static final int WINDOW = 512;
    private static final int ROUNDS = 5;
    private static final EncoderConfig CONFIG =
            new EncoderConfig(768, 4, 12, 3072, 1e-5f, Activation.GELU, Bias.PRESENT);

    private LongInput() {}

    /** How the tokens are read. */
    private enum Way {
        CAUSAL,
        WINDOW_512,
        SEGMENTS_512;

        Encoder encoder() {
            return this == SEGMENTS_512 ? new Encoder(CONFIG.depth(), i -> recurrent()) : CONFIG.preNormEncoder();
        }

        private static PostNormBlock recurrent() {
            AttentionConfig attention = CONFIG.attention();
            RelativeAttention.Biases biases = new RelativeAttention.Biases(CONFIG.heads(), CONFIG.headWidth());
            return new PostNormBlock(
                    new RelativeAttention(attention, biases),
                    CONFIG.norm(),
                    new Mlp(CONFIG.width(), CONFIG.mlpWidth(), CONFIG.activation()),
                    CONFIG.norm());
        }

        void read(Session<Encoder> session, int tokens) {
            switch (this) {
                case CAUSAL -> atOnce(session, tokens, AttentionMask.CAUSAL);
                case WINDOW_512 -> atOnce(session, tokens, new AttentionMask.Window(WINDOW));
                case SEGMENTS_512 -> inSegments(session, tokens);
            }
        }
    }

    /** Without arguments, the whole table; with a way and a length, one measurement. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 2) {
            System.out.println(measured(Way.valueOf(arguments[0]), Integer.parseInt(arguments[1])));
            return;
        }
        System.out.println("| tokens | way | µs per token | least | most | MB |");
        System.out.println("|---|---|---|---|---|---|");
        for (int length : LENGTHS) {
            for (Way way : Way.values()) {
                System.out.printf("| %d | %s | %s |%n", length, way, inOwnProcess(way, length));
            }
        }
    }

    private static String inOwnProcess(Way way, int length) throws IOException, InterruptedException {
        String java = ProcessHandle.current().info().command().orElse("java");
        Stream<String> heap = Stream.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch");
        Stream<String> program = Stream.of(
                "-cp", System.getProperty("java.class.path"), LongInput.class.getName(), way.name(), length + "");
        List<String> command =
                Stream.of(Stream.of(java), heap, program).flatMap(part -> part).toList();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = output.readLine();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("The process of " + way + ", " + length + " tokens, failed.");
            }
            return line;
        }
    }

    private static String measured(Way way, int tokens) throws IOException {
        Encoder encoder = way.encoder();
        Shape shape = new Shape(1, tokens, CONFIG.width());
        DjlEngine.get();
        try (Session<Encoder> session = new Session<>(
                encoder,
                Kernels.choose(Device.cpu(), Precision.FP32),
                Device.cpu(),
                manager -> encoder.initialize(manager, DataType.FLOAT32, shape))) {
            way.read(session, WINDOW / 4); // whatever is made once
            long before = kilobytes("VmRSS:");
            way.read(session, tokens);
            double[] micros = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                long begun = System.nanoTime();
                way.read(session, tokens);
                micros[round] = (System.nanoTime() - begun) / 1e3 / tokens;
            }
            Arrays.sort(micros);
            double megabytes = (kilobytes("VmHWM:") - before) * 1024 / 1e6;
            return String.format(
                    Locale.ROOT,
                    "%.1f | %.1f | %.1f | %.0f",
                    micros[ROUNDS / 2],
                    micros[0],
                    micros[ROUNDS - 1],
                    Math.max(0, megabytes));
        }
    }

    private static void atOnce(Session<Encoder> session, int tokens, AttentionMask mask) {
        session.run((encoder, scope, pass) ->
                encoder.forward(vectors(tokens, scope), pass.withMask(mask)).getFloat(0, 0, 0));
    }

    /** The memory is carried from pass to pass, and as long as a segment. */
    private static void inSegments(Session<Encoder> session, int tokens) {
        RelativePositions positions = new RelativePositions(CONFIG.width(), 0);
        try (NDManager owner = session.newScope()) {
            SegmentMemory memory = SegmentMemory.zeros(CONFIG.depth(), 1, WINDOW, CONFIG.width(), owner);
            for (int start = 0; start < tokens; start += WINDOW) {
                int segment = Math.min(WINDOW, tokens - start);
                session.run((encoder, scope, pass) -> {
                    Pass remembering = pass.withMask(AttentionMask.CAUSAL).withMemory(memory);
                    Pass sharing = positions.sharing(WINDOW + segment, remembering, scope);
                    float first =
                            encoder.forward(vectors(segment, scope), sharing).getFloat(0, 0, 0);
                    memory.advance();
                    return first;
                });
            }
        }
    }

    private static NDArray vectors(int tokens, NDManager scope) {
        return scope.randomNormal(0, 1, new Shape(1, tokens, CONFIG.width()), DataType.FLOAT32);
    }

    private static long kilobytes(String key) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(key)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IllegalStateException("/proc/self/status has no " + key);
    }
}
