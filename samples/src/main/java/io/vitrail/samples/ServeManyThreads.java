package io.vitrail.samples;

import io.vitrail.transformer.CallException;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Serves several threads with one model: their photos go through it together, and who would wait too long is told so. */
public class ServeManyThreads {
    public static void main(String[] arguments) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (ImageClassifier classifier =
                ImageClassifier.embedded().batching(8, Duration.ofMillis(2)).withDeadline(Duration.ofSeconds(10))) {
            List<Future<String>> answers = Stream.of(arguments)
                    .map(file -> threads.submit(() -> answer(classifier, file)))
                    .toList();
            for (Future<String> answer : answers) {
                System.out.println(answer.get());
            }
        } finally {
            threads.shutdown();
        }
    }

    private static String answer(ImageClassifier classifier, String file) {
        try {
            return file + ": "
                    + classifier.classify(Image.fromFile(Path.of(file))).best();
        } catch (CallException e) { // TOO_LATE, CLOSED or INTERRUPTED
            return file + ": no answer, " + e.reason();
        }
    }
}
