package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.CallException;
import io.vitrail.transformer.CallException.Reason;
import io.vitrail.transformer.Caller;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Many threads call one model, or two, together or one by one, and some of them don't wait for their answer. */
@Timeout(120)
class ManyCallersTest {
    private static final Path CHECKPOINT = Goldens.folder("vit/classification");
    private static final List<Image> PICTURES =
            List.of(Image.fromFile(CHECKPOINT.resolve("photo.png")), Image.fromFile(CHECKPOINT.resolve("drawing.png")));
    private static final int CALLERS = 32;
    private static final int CALLS = 5;

    private static ImageClassifier classifier;
    private static ImageEmbedder embedder;
    private static List<Classification> classes;
    private static List<Embedding> vectors;

    @BeforeAll
    static void answerAlone() {
        classifier = ImageClassifier.load(CHECKPOINT);
        embedder = ImageEmbedder.load(CHECKPOINT);
        classes = PICTURES.stream().map(classifier::classify).toList();
        vectors = PICTURES.stream().map(embedder::embed).toList();
    }

    @AfterAll
    static void free() {
        classifier.close();
        embedder.close();
    }

    /** So many callers begin at the same moment; each asks several times. */
    private static void callTogether(ExecutorService threads, Call call) throws Exception {
        CyclicBarrier start = new CyclicBarrier(CALLERS);
        List<Callable<Void>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            int caller = i;
            callers.add(() -> {
                start.await();
                for (int turn = 0; turn < CALLS; turn++) {
                    call.of((caller + turn) % 2);
                }
                return null;
            });
        }
        try {
            for (Future<Void> answer : threads.invokeAll(callers)) {
                answer.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    /** A call for one of the pictures, which compares what comes back. */
    private interface Call {
        void of(int picture);
    }

    private static void classify(int picture) {
        assertThat(classifier.classify(PICTURES.get(picture))).isEqualTo(classes.get(picture));
    }

    private static void embed(int picture) {
        assertThat(embedder.embed(PICTURES.get(picture))).isEqualTo(vectors.get(picture));
    }

    /** In a larger batch the last digits may differ. */
    private static void assertAlike(Classification actual, Classification expected) {
        assertThat(actual.best().label()).isEqualTo(expected.best().label());
        for (int i = 0; i < expected.labels().size(); i++) {
            assertThat(actual.labels().get(i).probability())
                    .isCloseTo(expected.labels().get(i).probability(), within(1e-5));
        }
    }

    @Test
    void threadsGetTheAnswersOfOneThread() throws Exception {
        callTogether(Executors.newFixedThreadPool(CALLERS), ManyCallersTest::classify);
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsGetThem() throws Exception {
        callTogether(virtualThreads(), ManyCallersTest::classify);
        ImageClassifier together = classifier.batching(8, Duration.ofMillis(1));
        callTogether(virtualThreads(), i -> assertAlike(together.classify(PICTURES.get(i)), classes.get(i)));
    }

    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    @Test
    void twoModelsWorkAtOnce() throws Exception {
        callTogether(Executors.newFixedThreadPool(CALLERS), picture -> {
            classify(picture);
            embed(picture);
        });
    }

    @Test
    void severalPassesAtOnceGiveTheSame() throws Exception {
        try (ImageClassifier parallel = ImageClassifier.load(CHECKPOINT, Compute.DEFAULT.withPasses(4))) {
            callTogether(Executors.newFixedThreadPool(CALLERS), i -> assertThat(parallel.classify(PICTURES.get(i)))
                    .isEqualTo(classes.get(i)));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> Compute.DEFAULT.withPasses(0));
    }

    @Test
    void callersShareBatches() throws Exception {
        ImageClassifier together = classifier.batching(8, Duration.ofMillis(1));
        callTogether(
                Executors.newFixedThreadPool(CALLERS),
                i -> assertAlike(together.classify(PICTURES.get(i)), classes.get(i)));
        ImageEmbedder also = embedder.batching(8, Duration.ZERO).withDeadline(Duration.ofMinutes(1));
        callTogether(Executors.newFixedThreadPool(CALLERS), i -> assertThat(
                        also.embed(PICTURES.get(i)).cosine(vectors.get(i)))
                .isCloseTo(1, within(1e-6)));
    }

    @Test
    void listsAndStreamsShareThemToo() {
        ImageClassifier together = classifier.batching(4, Duration.ofSeconds(60));
        Caller<Classification> one = Caller.startWaiting(() -> together.classify(PICTURES.get(0)));
        List<Classification> three = together.classify(List.of(PICTURES.get(1), PICTURES.get(0), PICTURES.get(1)));
        assertAlike(one.answer(), classes.get(0));
        for (int i = 0; i < 3; i++) {
            assertAlike(three.get(i), classes.get((i + 1) % 2));
        }
        Stream<Image> twelve = IntStream.range(0, 12).mapToObj(i -> PICTURES.get(i % 2));
        List<Classification> streamed = together.classify(twelve).toList();
        assertThat(streamed).hasSize(12);
        IntStream.range(0, 12).forEach(i -> assertAlike(streamed.get(i), classes.get(i % 2)));
    }

    @Test
    void aWrongPictureHurtsNobodyElse() {
        ImageClassifier together = classifier.batching(2, Duration.ofSeconds(60));
        Caller<Classification> right = Caller.startWaiting(() -> together.classify(PICTURES.get(0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> together.classify(Collections.<Image>singletonList(null)))
                .withMessage("A picture is missing (null).");
        assertAlike(together.classify(PICTURES.get(1)), classes.get(1));
        assertAlike(right.answer(), classes.get(0));
    }

    @Test
    void aCallThatIsTooLateSaysSo() {
        List<Image> many = Collections.nCopies(2000, PICTURES.get(0));
        assertReason(
                Reason.TOO_LATE,
                () -> classifier.withDeadline(Duration.ofMillis(1)).classify(many));
        assertReason(Reason.TOO_LATE, () -> embedder.withDeadline(Duration.ofMillis(1))
                .embed(many));
        ImageClassifier waiting = classifier.batching(2, Duration.ofSeconds(60)).withDeadline(Duration.ofMillis(50));
        assertReason(Reason.TOO_LATE, () -> waiting.classify(PICTURES.get(0)));
        assertThatIllegalArgumentException().isThrownBy(() -> classifier.withDeadline(Duration.ZERO));
        assertThat(classifier.withDeadline(Duration.ofMinutes(1)).classify(PICTURES.get(0)))
                .isEqualTo(classes.get(0));
    }

    @Test
    void aStreamHasItsTimeForEachBatch() {
        ImageClassifier hasty = classifier.withDeadline(Duration.ofSeconds(1));
        List<Classification> all = hasty.classify(
                        IntStream.range(0, 3 * VisionCalls.BATCH).mapToObj(i -> PICTURES.get(i % 2)))
                .peek(answer -> pause(50))
                .toList();
        assertThat(all).hasSize(3 * VisionCalls.BATCH); // 1.2 s in all
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anInterruptedCallSaysSoAndKeepsTheFlag() {
        for (ImageClassifier each : List.of(classifier, classifier.batching(2, Duration.ofSeconds(60)))) {
            Thread.currentThread().interrupt();
            assertReason(Reason.INTERRUPTED, () -> each.classify(PICTURES.get(0)));
            assertThat(Thread.interrupted()).isTrue();
        }
        Caller<Classification> waiting = Caller.startWaiting(
                () -> classifier.batching(2, Duration.ofSeconds(60)).classify(PICTURES.get(0)));
        waiting.interrupt();
        assertThat(waiting.reason()).isEqualTo(Reason.INTERRUPTED);
        classify(0);
    }

    private static void assertReason(Reason reason, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(CallException.class, e -> assertThat(e.reason())
                .isEqualTo(reason));
    }

    @Test
    void closingWhileOthersCallIsAnErrorForThem() {
        for (boolean batching : new boolean[] {false, true}) {
            ImageClassifier closing = ImageClassifier.load(CHECKPOINT);
            ImageClassifier called = batching ? closing.batching(4, Duration.ofMillis(1)) : closing;
            CountDownLatch underWay = new CountDownLatch(3 * CALLERS);
            List<Caller<Void>> callers = IntStream.range(0, CALLERS)
                    .mapToObj(i -> Caller.<Void>start(() -> {
                        while (true) {
                            assertAlike(called.classify(PICTURES.get(i % 2)), classes.get(i % 2));
                            underWay.countDown();
                        }
                    }))
                    .toList();
            Caller.await(underWay);
            closing.close();
            assertThat(callers).extracting(Caller::reason).containsOnly(Reason.CLOSED);
        }
    }
}
