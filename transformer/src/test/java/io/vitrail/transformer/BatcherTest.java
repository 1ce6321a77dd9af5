package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vitrail.transformer.CallException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers ask for a number's negative; what is computed together is recorded. */
@Timeout(60)
class BatcherTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<List<Integer>> batches = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    /** Batches with a 0 wait for the test's leave, those with a 13 fail. */
    private List<Integer> negatives(List<Integer> items) {
        if (items.isEmpty()) {
            return List.of(); // another batch had them
        }
        batches.add(items);
        if (items.contains(0)) {
            begun.countDown();
            Caller.await(goOn);
        }
        Check.that(!items.contains(13), "13 is not computed.");
        return items.stream().map(item -> -item).toList();
    }

    private Batcher<Integer, Integer> batcher(int most, Duration wait) {
        return new Batcher<>(most, wait, 1, (items, patience) -> negatives(items.get()));
    }

    private static int ask(Batcher<Integer, Integer> batcher, int item, Patience patience) {
        return batcher.answer(item, 1, "", patience).get(0);
    }

    private static int ask(Batcher<Integer, Integer> batcher, int item) {
        return ask(batcher, item, Patience.endless());
    }

    /** A caller whose batch is being computed until the test lets it go on. */
    private Caller<Integer> occupy(Batcher<Integer, Integer> batcher) {
        Caller<Integer> caller = Caller.start(() -> ask(batcher, 0));
        Caller.await(begun);
        return caller;
    }

    @Test
    void itemsGatherWhileABatchIsComputed() {
        Batcher<Integer, Integer> batcher = batcher(4, Duration.ZERO);
        Caller<Integer> first = occupy(batcher);
        List<Caller<Integer>> others = Caller.startWaiting(6, i -> ask(batcher, i + 1));
        goOn.countDown();
        assertThat(first.answer()).isZero();
        for (int i = 0; i < 6; i++) {
            assertThat(others.get(i).answer()).isEqualTo(-i - 1);
        }
        assertThat(batches).containsExactly(List.of(0), List.of(1, 2, 3, 4), List.of(5, 6));
    }

    @Test
    void aFullBatchDoesNotWait() {
        Batcher<Integer, Integer> batcher = batcher(3, LONG);
        List<Caller<Integer>> callers = Caller.startWaiting(2, i -> ask(batcher, i + 1));
        assertThat(ask(batcher, 3)).isEqualTo(-3);
        assertThat(callers).extracting(Caller::answer).containsExactly(-1, -2);
        assertThat(batches).containsExactly(List.of(1, 2, 3));
    }

    @Test
    void aLoneItemWaitsForOthersAndNoLonger() {
        long start = System.nanoTime();
        assertThat(ask(batcher(3, Duration.ofMillis(60)), 5)).isEqualTo(-5);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(60), LONG);
        assertThat(ask(batcher(3, Duration.ZERO), 5)).isEqualTo(-5);
    }

    @Test
    void onlyOneKindIsInABatch() {
        Batcher<Integer, Integer> batcher = batcher(4, Duration.ZERO);
        Caller<Integer> first = occupy(batcher);
        List<Caller<List<Integer>>> others =
                Caller.startWaiting(4, i -> batcher.answer(i + 1, 1, i % 2 == 0 ? "odd" : "even", Patience.endless()));
        goOn.countDown();
        first.answer();
        assertThat(others)
                .extracting(Caller::answer)
                .containsExactly(List.of(-1), List.of(-2), List.of(-3), List.of(-4));
        assertThat(batches).containsExactlyInAnyOrder(List.of(0), List.of(1, 3), List.of(2, 4));
    }

    @Test
    void itemsOfSeveralResultsFillABatchAndKeepTheirs() {
        Batcher<List<Integer>, Integer> batcher = new Batcher<>(
                4,
                LONG,
                1,
                (items, patience) ->
                        negatives(items.get().stream().flatMap(List::stream).toList()));
        List<Integer> five = List.of(1, 2, 3, 4, 5);
        assertThat(batcher.answer(five, 5, "", Patience.endless())).containsExactly(-1, -2, -3, -4, -5);
        Caller<List<Integer>> three =
                Caller.startWaiting(() -> batcher.answer(List.of(6, 7, 8), 3, "", Patience.endless()));
        Caller<List<Integer>> two = Caller.startWaiting(() -> batcher.answer(List.of(1, 2), 2, "", Patience.endless()));
        assertThat(three.answer()).containsExactly(-6, -7, -8); // as soon as the next doesn't fit in
        assertThat(batcher.answer(List.of(3, 4), 2, "", Patience.endless())).containsExactly(-3, -4);
        assertThat(two.answer()).containsExactly(-1, -2);
        assertThat(batches).containsExactly(five, List.of(6, 7, 8), List.of(1, 2, 3, 4));
    }

    @Test
    void anErrorReachesOnlyTheCallerThatCausesIt() {
        Batcher<Integer, Integer> batcher = batcher(3, LONG);
        List<Caller<Integer>> callers = Caller.startWaiting(2, i -> ask(batcher, i + 12));
        assertThat(ask(batcher, 14)).isEqualTo(-14);
        assertThat(callers.get(0).answer()).isEqualTo(-12);
        assertThat(callers.get(1).failure())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("13 is not computed.");
    }

    @Test
    void whoIsInterruptedWhileWaitingLeavesAndHoldsNobodyUp() {
        Batcher<Integer, Integer> batcher = batcher(3, LONG);
        List<Caller<Integer>> callers = Caller.startWaiting(2, i -> ask(batcher, i + 1));
        callers.get(0).interrupt();
        assertThat(callers.get(0).reason()).isEqualTo(Reason.INTERRUPTED);
        Caller<Integer> third = Caller.startWaiting(() -> ask(batcher, 3));
        assertThat(ask(batcher, 4)).isEqualTo(-4);
        assertThat(callers.get(1).answer()).isEqualTo(-2);
        assertThat(third.answer()).isEqualTo(-3);
        assertThat(batches).containsExactly(List.of(2, 3, 4));
    }

    @Test
    void whoseTimeIsOverLeaves() {
        Batcher<Integer, Integer> batcher = batcher(3, LONG);
        Caller<Integer> alone = Caller.start(() -> ask(batcher, 1, Patience.of(Duration.ofMillis(30))));
        assertThat(alone.failure())
                .hasMessage("There was no answer within 30 ms."
                        + "\n  try:  a later deadline, fewer callers at once, or batching.");
        assertThat(alone.reason()).isEqualTo(Reason.TOO_LATE);
        assertThat(batches).isEmpty();
    }

    @Test
    void whatIsBeingComputedEndsFirst() {
        Batcher<Integer, Integer> batcher = batcher(3, LONG);
        Caller<Integer> late = Caller.startWaiting(() -> ask(batcher, 1, Patience.of(Duration.ofMillis(500))));
        Caller<Integer> interrupted = Caller.startWaiting(() -> ask(batcher, 2));
        Caller<Integer> computing = occupy(batcher);
        interrupted.interrupt();
        computing.interrupt();
        sleep(600);
        assertThat(late.isAlive() && interrupted.isAlive()).isTrue();
        goOn.countDown();
        assertThat(computing.reason()).isEqualTo(Reason.INTERRUPTED);
        assertThat(late.reason()).isEqualTo(Reason.TOO_LATE);
        assertThat(interrupted.reason()).isEqualTo(Reason.INTERRUPTED);
    }

    @Test
    void untilTheTurnHasComeCallersMayLeaveAndJoin() {
        Semaphore turn = new Semaphore(0);
        Batcher<Integer, Integer> batcher = new Batcher<>(4, Duration.ZERO, 1, (items, patience) -> {
            patience.take(turn);
            return negatives(items.get());
        });
        Caller<Integer> computing = Caller.startWaiting(() -> ask(batcher, 1, Patience.of(Duration.ofMillis(300))));
        Caller<Integer> late = Caller.startWaiting(() -> ask(batcher, 2, Patience.of(Duration.ofMillis(50))));
        Caller<Integer> interrupted = Caller.startWaiting(() -> ask(batcher, 3));
        interrupted.interrupt();
        assertThat(interrupted.reason()).isEqualTo(Reason.INTERRUPTED);
        assertThat(late.reason()).isEqualTo(Reason.TOO_LATE);
        List<Caller<Integer>> others = Caller.startWaiting(2, i -> ask(batcher, i + 4));
        assertThat(computing.reason()).isEqualTo(Reason.TOO_LATE); // the next takes its place
        turn.release();
        assertThat(others).extracting(Caller::answer).containsExactly(-4, -5);
        assertThat(batches).containsExactly(List.of(4, 5));
    }

    @Test
    void severalBatchesAtOnceIfAskedFor() {
        CountDownLatch both = new CountDownLatch(2);
        Batcher<Integer, Integer> batcher = new Batcher<>(1, Duration.ZERO, 2, (items, patience) -> {
            List<Integer> taken = items.get();
            both.countDown();
            Caller.await(both);
            return taken;
        });
        Caller<Integer> other = Caller.start(() -> ask(batcher, 1));
        assertThat(ask(batcher, 2)).isEqualTo(2);
        assertThat(other.answer()).isEqualTo(1);
    }

    @Test
    void manyCallersEachGetTheirOwn() {
        for (int atOnce = 1; atOnce <= 2; atOnce++) {
            Batcher<Integer, Integer> batcher =
                    new Batcher<>(5, Duration.ofNanos(100_000), atOnce, (items, patience) -> negatives(items.get()));
            List<Caller<Optional<Integer>>> callers = IntStream.range(0, 32)
                    .mapToObj(i -> Caller.start(() -> firstWrong(batcher, i)))
                    .toList();
            assertThat(callers).allSatisfy(caller -> assertThat(caller.answer()).isEmpty());
        }
        assertThat(batches).hasSizeLessThan(2 * 32 * 100).allSatisfy(batch -> assertThat(batch)
                .hasSizeBetween(1, 5));
    }

    private static Optional<Integer> firstWrong(Batcher<Integer, Integer> batcher, int caller) {
        return IntStream.range(0, 100)
                .map(i -> 20 + ThreadLocalRandom.current().nextInt(1000) + caller)
                .filter(item -> ask(batcher, item) != -item)
                .boxed()
                .findFirst();
    }

    @Test
    void whatIsNoBatchOrNoTimeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> batcher(0, LONG))
                .withMessage("A batch must hold at least 1, not 0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> batcher(1, Duration.ofMillis(-1)))
                .withMessage("Waiting for a batch must take 0 to 60 seconds, not PT-0.001S.");
        assertThatIllegalArgumentException().isThrownBy(() -> batcher(1, LONG.plusNanos(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Patience.of(Duration.ZERO))
                .withMessage("A deadline must be 1 millisecond to 365 days away, not PT0S.");
        assertThatIllegalArgumentException().isThrownBy(() -> Patience.of(Duration.ofSeconds(Long.MAX_VALUE)));
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
