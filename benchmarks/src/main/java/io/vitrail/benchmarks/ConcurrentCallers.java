package io.vitrail.benchmarks;

import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/**
 * What do shared batches gain when many threads ask for one picture each, and what do they cost? All threads ask again as
 * soon as they are answered. The ways take turns, round by round, so that all meet the same state of the machine; the first
 * round is warm-up. A row gives the medians over the rounds, with the range of the throughput.
 */
public final class ConcurrentCallers {
    private static final int[] CALLERS = {1, 2, 4, 8, 16, 32};
    private static final int ROUNDS = 7;
    private static final long ROUND_NANOS = Duration.ofSeconds(3).toNanos();

    private ConcurrentCallers() {}

    /** What one round gave: pictures per second, and the times of calls in milliseconds. */
    private record Round(double perSecond, double median, double slow) {
        private static Round of(long[] nanos, long taken) {
            Arrays.sort(nanos);
            int last = nanos.length - 1;
            return new Round(nanos.length * 1e9 / taken, nanos[last / 2] / 1e6, nanos[last * 99 / 100] / 1e6);
        }
    }

    /** Argument, optional: a checkpoint's folder, in place of the embedded model. */
    public static void main(String[] arguments) throws Exception {
        Image picture = noise();
        try (ImageClassifier alone =
                arguments.length > 0 ? ImageClassifier.load(Path.of(arguments[0])) : ImageClassifier.embedded()) {
            Map<String, ImageClassifier> ways = new LinkedHashMap<>();
            ways.put("each by itself", alone);
            ways.put("batches of 8, no wait", alone.batching(8, Duration.ZERO));
            ways.put("batches of 8, wait 5 ms", alone.batching(8, Duration.ofMillis(5)));
            ways.put("batches of 32, no wait", alone.batching(32, Duration.ZERO));
            System.out.println("| callers | way | pictures/s (range) | median ms | 99th percentile ms |");
            System.out.println("|---|---|---|---|---|");
            for (int callers : CALLERS) {
                compare(callers, ways, picture);
            }
        }
    }

    private static Image noise() {
        byte[] rgb = new byte[3 * 320 * 240];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * 2654435761L >>> 13);
        }
        return Image.fromPixels(rgb, 320, 240);
    }

    private static void compare(int callers, Map<String, ImageClassifier> ways, Image picture) throws Exception {
        Map<String, List<Round>> rounds = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Map.Entry<String, ImageClassifier> way : ways.entrySet()) {
                Round result = round(callers, way.getValue(), picture);
                if (round > 0) {
                    rounds.computeIfAbsent(way.getKey(), key -> new ArrayList<>())
                            .add(result);
                }
            }
        }
        rounds.forEach((way, all) -> {
            double[] rates = sorted(all, Round::perSecond);
            System.out.printf(
                    Locale.ROOT,
                    "| %d | %s | %.1f (%.1f to %.1f) | %.2f | %.2f |%n",
                    callers,
                    way,
                    rates[rates.length / 2],
                    rates[0],
                    rates[rates.length - 1],
                    sorted(all, Round::median)[all.size() / 2],
                    sorted(all, Round::slow)[all.size() / 2]);
        });
    }

    private static double[] sorted(List<Round> rounds, ToDoubleFunction<Round> value) {
        return rounds.stream().mapToDouble(value).sorted().toArray();
    }

    private static Round round(int callers, ImageClassifier classifier, Image picture) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        CountDownLatch start = new CountDownLatch(callers);
        Callable<LongStream> caller = () -> {
            start.countDown();
            start.await();
            LongStream.Builder times = LongStream.builder();
            long end = System.nanoTime() + ROUND_NANOS;
            for (long begun = System.nanoTime(); begun < end; ) {
                classifier.classify(picture);
                long now = System.nanoTime();
                times.add(now - begun);
                begun = now;
            }
            return times.build();
        };
        try {
            List<Future<LongStream>> futures = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                futures.add(threads.submit(caller));
            }
            long begun = System.nanoTime();
            LongStream all = LongStream.empty();
            for (Future<LongStream> future : futures) {
                all = LongStream.concat(all, future.get());
            }
            return Round.of(all.toArray(), System.nanoTime() - begun);
        } finally {
            threads.shutdown();
        }
    }
}
