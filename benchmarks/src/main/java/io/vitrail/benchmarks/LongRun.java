package io.vitrail.benchmarks;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Does memory stay flat over many calls? Classifies JPEGs of several sizes with the embedded model, half of the threads in
 * shared batches, and prints the process's resident memory every 1,000 calls. The first fifth of the calls is warm-up. Exits
 * with 1 if the mean of the last quarter of the other readings is more than 16 MB above that of their first quarter, or if
 * an array is left when the model is closed.
 *
 * <p>Linux only. A heap that is touched as a whole from the start can't hide what native code takes: {@code java -Xms256m
 * -Xmx256m -XX:+AlwaysPreTouch}.
 */
public final class LongRun {
    private static final int STEP = 1000;
    private static final double BOUND = 16;
    private static final int[][] SIZES = {{320, 240}, {640, 480}, {801, 1203}};

    private LongRun() {}

    /** Arguments, both optional: the number of calls (20000), and of threads (4). */
    public static void main(String[] arguments) throws Exception {
        int calls = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
        int threads = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 4;
        ImageClassifier.embedded().close(); // kernels stay, once they are made
        int before = arrays();
        List<Double> resident = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (ImageClassifier classifier = ImageClassifier.embedded()) {
            List<Callable<Void>> callers = callers(classifier, threads);
            for (int done = STEP; done <= calls; done += STEP) {
                for (Future<Void> caller : pool.invokeAll(callers)) {
                    caller.get();
                }
                resident.add(residentMegabytes());
                System.out.printf(Locale.ROOT, "%6d calls: %.1f MB%n", done, resident.get(resident.size() - 1));
            }
        } finally {
            pool.shutdown();
        }
        int left = arrays() - before;
        double growth = growth(resident.subList(resident.size() / 5, resident.size()));
        System.out.printf(Locale.ROOT, "grown by %.1f MB (at most %.0f), %d arrays left%n", growth, BOUND, left);
        System.exit(growth > BOUND || left > 0 ? 1 : 0);
    }

    /** Together they make the calls of a step. */
    private static List<Callable<Void>> callers(ImageClassifier classifier, int threads) {
        ImageClassifier together = classifier.batching(threads, Duration.ZERO);
        List<byte[]> files = new ArrayList<>();
        for (int[] size : SIZES) {
            files.add(PaintedPhoto.jpeg(size[0], size[1]));
        }
        List<Callable<Void>> callers = new ArrayList<>();
        for (int caller = 0; caller < threads; caller++) {
            ImageClassifier own = caller % 2 == 0 ? classifier : together;
            int count = STEP * (caller + 1) / threads - STEP * caller / threads;
            callers.add(() -> {
                for (int i = 0; i < count; i++) {
                    own.classify(Image.fromBytes(files.get(i % files.size())));
                }
                return null;
            });
        }
        return Collections.unmodifiableList(callers);
    }

    /** All arrays that are alive in this JVM. */
    private static int arrays() {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            return manager.getParentManager().getManagedArrays().size();
        }
    }

    private static double residentMegabytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e6;
            }
        }
        throw new IllegalStateException("/proc/self/status has no VmRSS.");
    }

    private static double growth(List<Double> readings) {
        int quarter = Math.max(1, readings.size() / 4);
        return mean(readings.subList(readings.size() - quarter, readings.size())) - mean(readings.subList(0, quarter));
    }

    private static double mean(List<Double> readings) {
        return readings.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
}
