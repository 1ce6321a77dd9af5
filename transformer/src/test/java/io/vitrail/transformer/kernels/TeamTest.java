package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vitrail.transformer.DjlEngine;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TeamTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Team team = Team.shared();

    private void assertAllDoneOnce(int parts) {
        AtomicIntegerArray times = new AtomicIntegerArray(parts);
        int[] plain = new int[parts]; // seen by the caller though nothing guards it
        team.share(parts, part -> {
            times.incrementAndGet(part);
            plain[part] = part + 1;
        });
        for (int part = 0; part < parts; part++) {
            assertThat(times.get(part)).isEqualTo(1);
            assertThat(plain[part]).isEqualTo(part + 1);
        }
    }

    @Test
    void asManyAsTheEngineUses() {
        assertThat(team.size()).isEqualTo(DjlEngine.threads());
        assertThat(Team.shared()).isSameAs(team);
    }

    @Test
    void allPartsAreDoneOnce() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            for (int parts : new int[] {0, 1, 2, 3, 7, 16, 1000}) {
                for (int time = 0; time < 200; time++) {
                    assertAllDoneOnce(parts);
                }
            }
        });
    }

    @Test
    void helpersThatSleepAreWoken() {
        assumeTrue(team.size() > 1);
        assertTimeoutPreemptively(PATIENCE, () -> {
            for (int time = 0; time < 20; time++) {
                LockSupport.parkNanos(3_000_000); // longer than they look for work
                Set<Thread> threads = ConcurrentHashMap.newKeySet();
                CountDownLatch two = new CountDownLatch(2); // both are at work at a time
                team.share(2, part -> {
                    threads.add(Thread.currentThread());
                    two.countDown();
                    await(two);
                });
                assertThat(threads).hasSize(2).contains(Thread.currentThread());
            }
        });
    }

    /** What a thread reads, it reads on: the first parts are the caller's, while each of the others has its own. */
    @Test
    void eachThreadBeginsWithItsRegion() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            for (int time = 0; time < 100; time++) {
                Thread[] by = new Thread[3 * team.size()];
                CountDownLatch all = new CountDownLatch(team.size());
                team.share(by.length, part -> {
                    by[part] = Thread.currentThread();
                    if (part % 3 == 0) {
                        all.countDown();
                        await(all);
                    }
                });
                assertThat(by[0]).isSameAs(Thread.currentThread());
                assertThat(IntStream.range(0, team.size()).mapToObj(region -> by[3 * region]))
                        .doesNotHaveDuplicates();
            }
        });
    }

    @Test
    void rangesAreAllThings() {
        for (int[] things : new int[][] {{0, 1}, {1, 1}, {10, 3}, {7, 7}, {18, 4}}) {
            AtomicIntegerArray times = new AtomicIntegerArray(things[0]);
            team.share(things[0], things[1], (first, end) -> {
                for (int i = first; i < end; i++) {
                    times.incrementAndGet(i);
                }
            });
            for (int i = 0; i < things[0]; i++) {
                assertThat(times.get(i)).isEqualTo(1);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void severalCallersAtATime() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(4);
        try {
            Callable<Void> call = () -> {
                for (int time = 0; time < 300; time++) {
                    assertAllDoneOnce(1 + time % 9);
                }
                return null;
            };
            for (Future<Void> each :
                    IntStream.range(0, 4).mapToObj(i -> callers.submit(call)).toList()) {
                each.get(30, TimeUnit.SECONDS);
            }
        } finally {
            callers.shutdownNow();
        }
    }

    /** Whoever finds the others busy works alone, and doesn't wait. */
    @Test
    void aCallerDoesNotWaitForAnother() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            Thread slow = new Thread(() -> team.share(2, part -> {
                begun.countDown();
                await(end);
            }));
            slow.start();
            begun.await();
            assertAllDoneOnce(5);
            end.countDown();
            slow.join();
        });
    }

    @Test
    void aPartMayShareItsOwnWork() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            for (int time = 0; time < 100; time++) {
                team.share(4, part -> assertAllDoneOnce(3));
            }
        });
    }

    @Test
    void anExceptionReachesTheCaller() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            for (int failing = 0; failing < 6; failing++) {
                int part = failing;
                for (int parts : new int[] {part + 1, 8}) {
                    assertThatThrownBy(() -> team.share(parts, i -> refuse(i, part)))
                            .isInstanceOf(RuntimeException.class)
                            .hasStackTraceContaining("part " + part + " failed");
                    assertAllDoneOnce(8);
                }
            }
        });
    }

    private static void refuse(int part, int refused) {
        if (part == refused) {
            throw new IllegalArgumentException("part " + part + " failed");
        }
    }

    /** Nothing is still at work on what the caller may free. */
    @Test
    void afterAnExceptionNothingGoesOn() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            AtomicInteger working = new AtomicInteger();
            assertThatThrownBy(() -> team.share(8, part -> {
                        working.incrementAndGet();
                        LockSupport.parkNanos(1_000_000);
                        working.decrementAndGet();
                        throw new IllegalStateException("no");
                    }))
                    .hasStackTraceContaining("no");
            assertThat(working).hasValue(0);
        });
    }

    @Test
    void anErrorReachesTheCaller() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            assertThatThrownBy(() -> team.share(4, part -> {
                        throw new StackOverflowError("deep");
                    }))
                    .hasStackTraceContaining("deep");
            assertAllDoneOnce(8);
        });
    }
}
