package io.vitrail.benchmarks;

import io.vitrail.fusion.ImageCaptioner;
import io.vitrail.fusion.PromptTemplates;
import io.vitrail.fusion.VisualQuestionAnswerer;
import io.vitrail.fusion.ZeroShotClassifier;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.vit.image.Image;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@link TurnTaking} for pictures with texts. Each line on standard input asks for one measurement, answered by milliseconds: {@code
 * caption PICTURES BEAMS}, {@code ask QUESTIONS} about one picture, {@code zeroshot PICTURES}. {@code fusion_side_by_side.py} is
 * the other program.
 */
public final class FusionTurns {
    private static final int WORDS = 20;

    /** What can be asked of one kind of checkpoint. */
    private interface Task extends AutoCloseable {
        /** @param numbers what a turn asks for, as the class comment names it */
        void run(int[] numbers);

        @Override
        void close();
    }

    private FusionTurns() {}

    /** Arguments: the task (caption, ask or zeroshot), a checkpoint's folder, a precision, a picture's file, labels for zeroshot. */
    public static void main(String[] arguments) throws IOException {
        Image picture = Image.fromFile(Path.of(arguments[3]));
        BufferedReader turns = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Task task = task(arguments, picture)) {
            System.out.println("ready");
            for (String line = turns.readLine(); line != null; line = turns.readLine()) {
                int[] asked = Arrays.stream(line.strip().split(" "))
                        .skip(1)
                        .mapToInt(Integer::parseInt)
                        .toArray();
                long start = System.nanoTime();
                task.run(asked);
                System.out.println((System.nanoTime() - start) / 1e6);
            }
        }
    }

    private static Task task(String[] arguments, Image picture) {
        Path folder = Path.of(arguments[1]);
        Compute compute = Compute.DEFAULT.withPrecision(Precision.valueOf(arguments[2]));
        return switch (arguments[0]) {
            case "caption" -> captions(ImageCaptioner.load(folder, compute), picture);
            case "ask" -> questions(VisualQuestionAnswerer.load(folder, compute), picture);
            case "zeroshot" -> labels(folder, compute, Integer.parseInt(arguments[4]), picture);
            default -> throw new IllegalArgumentException("Nothing known is measured by " + arguments[0] + ".");
        };
    }

    private static Task captions(ImageCaptioner captioner, Image picture) {
        return new Task() {
            @Override
            public void run(int[] numbers) {
                GenerationOptions options = captioner.options().toBuilder()
                        .minLength(WORDS)
                        .maxLength(WORDS)
                        .beams(numbers[1])
                        .build();
                captioner.withOptions(options).caption(Collections.nCopies(numbers[0], picture));
            }

            @Override
            public void close() {
                captioner.close();
            }
        };
    }

    private static Task questions(VisualQuestionAnswerer answerer, Image picture) {
        return new Task() {
            @Override
            public void run(int[] numbers) {
                List<String> asked = IntStream.range(0, numbers[0])
                        .mapToObj(i -> "what is to be seen here " + i)
                        .toList();
                answerer.answer(picture, asked);
            }

            @Override
            public void close() {
                answerer.close();
            }
        };
    }

    private static Task labels(Path folder, Compute compute, int count, Image picture) {
        List<String> labels =
                IntStream.range(0, count).mapToObj(i -> "thing " + i).toList();
        ZeroShotClassifier classifier =
                ZeroShotClassifier.load(folder, labels.subList(0, 1), PromptTemplates.DEFAULT, compute);
        return new Task() {
            @Override
            public void run(int[] numbers) {
                classifier
                        .withLabels(labels, PromptTemplates.DEFAULT)
                        .classify(Collections.nCopies(numbers[0], picture));
            }

            @Override
            public void close() {
                classifier.close();
            }
        };
    }
}
