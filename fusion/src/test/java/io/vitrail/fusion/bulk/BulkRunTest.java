package io.vitrail.fusion.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bulk work with numbers for items, whose results are their texts. */
@Timeout(60)
class BulkRunTest {
    private static final BulkOptions SMALL = new BulkOptions(3, 4, 8);

    private final List<List<Integer>> batches = new ArrayList<>();

    private static Iterator<Integer> numbers(int count) {
        return IntStream.range(0, count).iterator();
    }

    private List<String> texts(List<Integer> batch) {
        batches.add(batch);
        return batch.stream().map(String::valueOf).toList();
    }

    private Bulk<Integer, Integer, String> bulk(Function<Integer, Integer> decode) {
        return Bulk.of(decode, this::texts).withOptions(SMALL);
    }

    private static <T, D, R> List<Outcome<T, R>> all(BulkRun<T, D, R> run) {
        List<Outcome<T, R>> outcomes = new ArrayList<>();
        run.forEachRemaining(outcomes::add);
        return outcomes;
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @RepeatedTest(5)
    void resultsComeInTheItemsOrderHoweverSlowAndWhoeverFails() {
        Random random = new Random(7);
        int[] fate = IntStream.range(0, 400).map(i -> random.nextInt(20)).toArray();
        Bulk<Integer, Integer, String> bulk = Bulk.<Integer, Integer, String>of(
                        item -> {
                            pause(fate[item] % 3);
                            if (fate[item] == 5) {
                                throw new IllegalArgumentException("undecodable " + item);
                            }
                            return item;
                        },
                        batch -> {
                            batch.stream()
                                    .filter(item -> fate[item] == 11)
                                    .findFirst()
                                    .ifPresent(item -> {
                                        throw new IllegalStateException("uncomputable " + item);
                                    });
                            return texts(batch);
                        })
                .withKind(item -> fate[item] % 2)
                .withOptions(SMALL);
        try (BulkRun<Integer, Integer, String> run = bulk.run(numbers(fate.length))) {
            List<Outcome<Integer, String>> outcomes = all(run);
            assertThat(outcomes).hasSize(fate.length);
            for (int i = 0; i < fate.length; i++) {
                Outcome<Integer, String> outcome = outcomes.get(i);
                assertThat(outcome.item()).isEqualTo(i);
                String expected = fate[i] == 5 ? "undecodable " : fate[i] == 11 ? "uncomputable " : "";
                String said = outcome.result()
                        .orElseGet(() -> outcome.failure().orElseThrow().getMessage());
                assertThat(said).isEqualTo(expected + i);
            }
            assertThat(run.progress().done()).isEqualTo(fate.length);
            assertThat(run.progress().failed())
                    .isEqualTo(IntStream.of(fate).filter(f -> f == 5 || f == 11).count())
                    .isPositive();
        }
        assertThat(batches)
                .allSatisfy(batch -> assertThat(batch).hasSizeBetween(1, 4).satisfies(items -> assertThat(
                                items.stream().map(item -> fate[item] % 2).distinct())
                        .hasSize(1)));
    }

    @Test
    void fullBatchesInOrderWhateverDecodingTakes() {
        all(bulk(item -> {
                    pause(item % 5);
                    return item;
                })
                .run(numbers(10)));
        assertThat(batches).containsExactly(List.of(0, 1, 2, 3), List.of(4, 5, 6, 7), List.of(8, 9));
    }

    @Test
    void itemsOfOneKindGoTogetherAsFarAsTheWindowReaches() {
        Bulk<Integer, Integer, String> bulk = bulk(item -> item).withKind(item -> item % 2);
        assertThat(all(bulk.run(numbers(12))))
                .extracting(Outcome::item)
                .isSorted()
                .hasSize(12);
        assertThat(batches).startsWith(List.of(0, 2, 4, 6), List.of(1, 3, 5, 7));
        batches.clear();
        all(bulk.withOptions(new BulkOptions(2, 4, 5)).run(numbers(12)));
        assertThat(batches).startsWith(List.of(0, 2, 4), List.of(1, 3, 5));
    }

    @Test
    void halvesOfAFailedBatchAreComputed() {
        List<List<Integer>> tried = new ArrayList<>();
        Bulk<Integer, Integer, String> bulk = Bulk.<Integer, Integer, String>of(item -> item, batch -> {
                    tried.add(batch);
                    if (batch.contains(2)) {
                        throw new IllegalStateException("two");
                    }
                    return texts(batch);
                })
                .withOptions(SMALL);
        List<Outcome<Integer, String>> outcomes = all(bulk.run(numbers(4)));
        assertThat(tried).containsExactly(List.of(0, 1, 2, 3), List.of(0, 1), List.of(2, 3), List.of(2), List.of(3));
        assertThat(outcomes)
                .filteredOn(outcome -> outcome.failure().isPresent())
                .hasSize(1);
        assertThat(outcomes.get(2).failure().orElseThrow()).hasMessage("two");
    }

    @Test
    void noMoreThanTheWindowIsInMemory() {
        AtomicInteger taken = new AtomicInteger();
        Set<Integer> decoded = ConcurrentHashMap.newKeySet();
        Iterator<Integer> items =
                IntStream.range(0, 200).peek(i -> taken.incrementAndGet()).iterator();
        Bulk<Integer, Integer, String> bulk = bulk(item -> {
            decoded.add(item);
            return item;
        });
        try (BulkRun<Integer, Integer, String> run = bulk.run(items)) {
            assertThat(taken).hasValue(0);
            for (int delivered = 0; run.hasNext(); delivered++) {
                assertThat(taken.get()).isLessThanOrEqualTo(delivered + 8);
                run.next();
            }
        }
        assertThat(decoded).hasSize(200);
    }

    @Test
    void whatLacksMemoryIsDoneAgainAlone() {
        AtomicInteger decoding = new AtomicInteger();
        AtomicInteger aroundThree = new AtomicInteger();
        Set<Integer> poor = ConcurrentHashMap.newKeySet();
        Bulk<Integer, Integer, String> bulk = bulk(item -> {
            int around = decoding.getAndIncrement();
            try {
                pause(2);
                if (item == 9 || item % 5 == 3 && poor.add(item)) {
                    throw new OutOfMemoryError("no room for " + item);
                }
                aroundThree.addAndGet(item == 3 ? around : 0);
                return item;
            } finally {
                decoding.decrementAndGet();
            }
        });
        List<Outcome<Integer, String>> outcomes = all(bulk.run(numbers(40)));
        assertThat(outcomes).extracting(Outcome::item).isSorted().hasSize(40);
        assertThat(outcomes)
                .filteredOn(outcome -> outcome.failure().isPresent())
                .hasSize(1);
        assertThat(outcomes.get(9).failure().orElseThrow()).isInstanceOf(OutOfMemoryError.class);
        assertThat(batches).contains(List.of(3));
        assertThat(aroundThree).hasValue(0);
        assertThat(poor).hasSize(8);
    }

    @Test
    void whatLacksMemoryInTheModelIsDoneAgainAlone() {
        Set<Integer> poor = ConcurrentHashMap.newKeySet();
        Bulk<Integer, Integer, String> bulk = Bulk.<Integer, Integer, String>of(item -> item, batch -> {
                    if (batch.contains(2) && poor.add(batch.size())) {
                        throw new OutOfMemoryError("no room");
                    }
                    return texts(batch);
                })
                .withOptions(SMALL);
        assertThat(all(bulk.run(numbers(9))))
                .extracting(outcome -> outcome.result().orElse("none"))
                .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8");
        assertThat(poor).containsExactlyInAnyOrder(4, 2, 1);
    }

    @Test
    void aModelThatGivesTooFewResultsOrNoneFailsItsItems() {
        Bulk<Integer, Integer, String> few = Bulk.of(item -> item, batch -> List.of());
        assertThat(all(few.run(numbers(3))))
                .allSatisfy(outcome -> assertThat(outcome.failure().orElseThrow())
                        .hasMessage("The model gave 0 results for 1 items, or none for some."));
        Bulk<Integer, Integer, String> none = Bulk.of(
                item -> item,
                batch -> batch.stream().map(item -> item == 1 ? null : "ok").toList());
        assertThat(all(none.run(numbers(3))))
                .extracting(outcome -> outcome.failure().isPresent())
                .containsExactly(false, true, false);
    }

    @Test
    void whatIteratesTheItemsMayFailBehindTheirOutcomes() {
        Iterator<Integer> items = IntStream.range(0, 20)
                .peek(i -> {
                    if (i == 6) {
                        throw new IllegalArgumentException("Line 7 is no JSON.");
                    }
                })
                .iterator();
        List<Outcome<Integer, String>> outcomes = new ArrayList<>();
        BulkRun<Integer, Integer, String> run = bulk(item -> item).run(items);
        assertThatThrownBy(() -> run.forEachRemaining(outcomes::add)).hasMessage("Line 7 is no JSON.");
        assertThat(outcomes).hasSize(6);
    }

    @Test
    void anEmptyRunEndsAtOnce() {
        BulkRun<Integer, Integer, String> run = bulk(item -> item).run(numbers(0));
        assertThat(run.hasNext()).isFalse();
        assertThat(run.hasNext()).isFalse();
        assertThatThrownBy(run::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void progressHasARate() {
        assertThat(new Progress(30, 2, Duration.ofSeconds(4)).perSecond()).isEqualTo(7.5);
        assertThat(new Progress(0, 0, Duration.ZERO).perSecond()).isZero();
    }

    @Test
    void theWindowHoldsABatch() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BulkOptions(1, 8, 7))
                .withMessage("The window (7) must hold a batch (8).");
        assertThatIllegalArgumentException().isThrownBy(() -> BulkOptions.DEFAULT.withThreads(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new BulkOptions(1, 0, 8));
        assertThat(BulkOptions.DEFAULT.withBatch(32)).isEqualTo(new BulkOptions(BulkOptions.DEFAULT.threads(), 32, 64));
    }
}
