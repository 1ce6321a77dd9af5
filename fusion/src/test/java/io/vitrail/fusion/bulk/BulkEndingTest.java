package io.vitrail.fusion.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.CallException;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.image.Image;
import java.awt.image.BufferedImage;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How bulk work ends before its time, and that no thread outlives it. */
@Timeout(60)
class BulkEndingTest {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private int before;

    @BeforeEach
    void countThreads() {
        before = threads();
    }

    /** A pool says that it has ended a moment before the last of its threads is gone. */
    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (threads() > before && System.nanoTime() < patience) {
            Thread.sleep(1);
        }
        assertThat(threads()).isLessThanOrEqualTo(before);
    }

    private static int threads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("vitrail-bulk") && thread.isAlive())
                .count();
    }

    private static Bulk<Integer, Integer, Integer> bulk() {
        return Bulk.<Integer, Integer, Integer>of(item -> item, batch -> batch).withOptions(new BulkOptions(3, 4, 8));
    }

    /** Decodes items up to 5; the others only when the thread is interrupted. */
    private static Bulk<Integer, Integer, Integer> stuck() {
        return Bulk.<Integer, Integer, Integer>of(
                        item -> {
                            try {
                                if (item > 5) {
                                    NEVER.await();
                                }
                                return item;
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        batch -> batch)
                .withOptions(new BulkOptions(3, 4, 8));
    }

    private static Iterator<Integer> endless() {
        return IntStream.iterate(0, i -> i + 1).iterator();
    }

    @Test
    void aConsumerMayStopEarly() {
        AtomicInteger taken = new AtomicInteger();
        try (BulkRun<Integer, Integer, Integer> run =
                bulk().run(IntStream.iterate(0, i -> i + 1).peek(taken::set).iterator())) {
            for (int i = 0; i < 10; i++) {
                assertThat(run.next().item()).isEqualTo(i);
            }
        }
        assertThat(taken.get()).isLessThan(20);
    }

    @Test
    void theEndOfTheItemsEndsTheThreadsWithoutClosing() throws InterruptedException {
        BulkRun<Integer, Integer, Integer> run =
                bulk().run(IntStream.range(0, 30).iterator());
        run.forEachRemaining(outcome -> assertThat(outcome.result()).isPresent());
        noThreadIsLeft();
        assertThat(run.hasNext()).isFalse();
    }

    @Test
    void whatIsClosedEarlyDoesNotLookComplete() {
        BulkRun<Integer, Integer, Integer> run = bulk().run(endless());
        run.next();
        run.close();
        run.close();
        assertThatThrownBy(run::hasNext)
                .isInstanceOf(CancellationException.class)
                .hasMessage("The run was closed before its end.");
        assertThatThrownBy(run::next).isInstanceOf(CancellationException.class);
    }

    @Test
    void closingFromAnotherThreadWakesTheConsumer() throws InterruptedException {
        BulkRun<Integer, Integer, Integer> run = stuck().run(endless());
        AtomicReference<Throwable> seen = new AtomicReference<>();
        CountDownLatch waiting = new CountDownLatch(1);
        Thread consumer = new Thread(() -> {
            try {
                run.forEachRemaining(outcome -> {
                    if (outcome.item() == 3) {
                        waiting.countDown();
                    }
                });
            } catch (RuntimeException e) {
                seen.set(e);
            }
        });
        consumer.start();
        waiting.await();
        Thread.sleep(50);
        run.close();
        consumer.join();
        assertThat(seen.get()).isInstanceOf(CancellationException.class);
    }

    @Test
    void anInterruptEndsTheRunAndTheFlagStays() throws InterruptedException {
        BulkRun<Integer, Integer, Integer> run = stuck().run(endless());
        AtomicReference<Throwable> seen = new AtomicReference<>();
        AtomicBoolean flag = new AtomicBoolean();
        CountDownLatch waiting = new CountDownLatch(4);
        Thread consumer = new Thread(() -> {
            try {
                run.forEachRemaining(outcome -> waiting.countDown());
            } catch (RuntimeException e) {
                seen.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        consumer.start();
        waiting.await();
        consumer.interrupt();
        consumer.join();
        assertThat(seen.get())
                .isInstanceOf(CancellationException.class)
                .hasMessage("The run was interrupted; the interrupt flag of its thread is set.");
        assertThat(flag).isTrue();
        run.close(); // waits for the threads, which the interrupted one didn't
    }

    @Test
    void anInterruptWithinTheModelIsNoFailureOfItsItems() {
        BulkRun<Integer, Integer, Integer> run = Bulk.<Integer, Integer, Integer>of(item -> item, batch -> {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted");
                })
                .run(endless());
        assertThatThrownBy(run::next).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
        run.close();
    }

    @Test
    void aClosedModelEndsTheRun() {
        ImageClassifier classifier = ImageClassifier.embedded();
        Image image = Image.fromBufferedImage(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB));
        var run = Bulk.of((Integer item) -> image, (List<Image> images) -> classifier.classify(images))
                .run(endless());
        assertThat(run.next().result()).isPresent();
        classifier.close();
        assertThatThrownBy(() -> run.forEachRemaining(outcome -> {}))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.reason()).isEqualTo(CallException.Reason.CLOSED));
    }

    @Test
    void anErrorOfTheMachineIsNoFailureOfAnItem() {
        BulkRun<Integer, Integer, Integer> decoding = Bulk.<Integer, Integer, Integer>of(
                        item -> {
                            throw new NoClassDefFoundError("decoder");
                        },
                        batch -> batch)
                .run(endless());
        assertThatThrownBy(decoding::next).isInstanceOf(NoClassDefFoundError.class);
        BulkRun<Integer, Integer, Integer> model = Bulk.<Integer, Integer, Integer>of(item -> item, batch -> {
                    throw new NoClassDefFoundError("model");
                })
                .run(endless());
        assertThatThrownBy(model::next).isInstanceOf(NoClassDefFoundError.class);
    }
}
