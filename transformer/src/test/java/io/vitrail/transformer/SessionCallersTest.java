package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.Device;
import io.vitrail.transformer.CallException.Reason;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers that wait for a session, and don't wait forever. */
@Timeout(60)
class SessionCallersTest {
    private static final EncoderConfig CONFIG = new EncoderConfig(12, 1, 3, 20, 1e-6f, Activation.GELU, Bias.PRESENT);

    private final Encoder encoder = CONFIG.preNormEncoder();
    private final Session<Encoder> session = new Session<>(
            encoder, ReadableOperations.INSTANCE, Device.cpu(), manager -> Weights.random(encoder, manager));
    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void close() {
        goOn.countDown();
        session.close();
    }

    /** A pass that goes on until the test lets it. */
    private Caller<String> occupy() {
        Caller<String> caller = Caller.start(() -> session.run((model, manager, pass) -> {
            running.countDown();
            Caller.await(goOn);
            return "first";
        }));
        Caller.await(running);
        return caller;
    }

    private String answer(Patience patience) {
        return session.run(patience, (model, manager, pass) -> "answer");
    }

    @Test
    void whoIsInterruptedLeavesItsPlace() {
        Caller<String> first = occupy();
        Caller<String> waiting = Caller.startWaiting(() -> answer(Patience.endless()));
        waiting.interrupt();
        assertThat(waiting.reason()).isEqualTo(Reason.INTERRUPTED);
        assertThat(waiting.failure()).hasMessage("The call was interrupted; the interrupt flag of its thread is set.");
        goOn.countDown();
        assertThat(first.answer()).isEqualTo("first");
        assertThat(answer(Patience.endless())).isEqualTo("answer");
    }

    @Test
    void afterTheEndOfTheJvmHasBegunCallsFailAndClosingWorks() {
        Caller<String> first = occupy();
        Caller<Void> end = Caller.startWaiting(() -> {
            OpenSessions.finish();
            return null;
        });
        goOn.countDown();
        assertThat(first.answer()).isEqualTo("first");
        assertThat(end.answer()).isNull();
        Caller<String> late = Caller.start(() -> answer(Patience.endless()));
        assertThat(late.reason()).isEqualTo(Reason.CLOSED);
        session.close();
    }

    @Test
    void whoseTimeIsOverLeavesItsPlace() {
        occupy();
        Caller<String> waiting = Caller.start(() -> answer(Patience.of(Duration.ofMillis(20))));
        assertThat(waiting.reason()).isEqualTo(Reason.TOO_LATE);
        assertThat(waiting.failure()).hasMessageStartingWith("There was no answer within 20 ms.\n  try:  ");
    }

    @Test
    void aPassThatHasBegunEndsFirst() {
        AtomicBoolean ended = new AtomicBoolean();
        Patience patience = Patience.of(Duration.ofMillis(30));
        Caller<String> late = Caller.start(() -> session.run(patience, (model, manager, pass) -> {
            while (patience.remaining() > 0) {
                Thread.onSpinWait();
            }
            ended.set(true);
            return "late";
        }));
        assertThat(late.reason()).isEqualTo(Reason.TOO_LATE);
        assertThat(ended).isTrue();
        Caller<String> interrupted = Caller.start(() -> session.run(Patience.endless(), (model, manager, pass) -> {
            Thread.currentThread().interrupt();
            return "interrupted";
        }));
        assertThat(interrupted.reason()).isEqualTo(Reason.INTERRUPTED);
    }

    @Test
    void withoutPatienceACallWaitsWhateverHappens() {
        occupy();
        Caller<String> waiting = Caller.startWaiting(() -> session.run((model, manager, pass) -> "in the end"));
        waiting.interrupt();
        goOn.countDown();
        assertThat(waiting.answer()).isEqualTo("in the end");
    }

    @Test
    void closingFailsThoseThatWaitButNotThePassThatRuns() {
        Caller<String> first = occupy();
        Caller<String> patient = Caller.startWaiting(() -> answer(Patience.endless()));
        Caller<String> waiting = Caller.startWaiting(() -> session.run((model, manager, pass) -> "never"));
        Caller<String> closer = Caller.startWaiting(() -> {
            session.close();
            return "closed";
        });
        goOn.countDown();
        assertThat(first.answer()).isEqualTo("first");
        assertThat(patient.reason()).isEqualTo(Reason.CLOSED);
        assertThat(waiting.reason()).isEqualTo(Reason.CLOSED);
        assertThat(closer.answer()).isEqualTo("closed");
    }

    @Test
    void severalPassesAtOnceIfAskedFor() {
        session.admit(2);
        assertThat(session.passes()).isEqualTo(2);
        CountDownLatch both = new CountDownLatch(2);
        Session.Work<Encoder, String> work = (model, manager, pass) -> {
            both.countDown();
            Caller.await(both);
            return "met";
        };
        Caller<String> other = Caller.start(() -> session.run(work));
        assertThat(session.run(work)).isEqualTo("met");
        assertThat(other.answer()).isEqualTo("met");
        Caller<String> last = occupy();
        Caller<String> closer = Caller.startWaiting(() -> {
            session.close();
            return "closed";
        });
        assertThat(closer.isAlive()).isTrue();
        goOn.countDown();
        assertThat(last.answer()).isEqualTo("first");
        assertThat(closer.answer()).isEqualTo("closed");
        assertThatIllegalArgumentException().isThrownBy(() -> session.admit(0));
    }

    @Test
    void aPassThatWouldWaitForItselfIsRefused() {
        String refusal = "A pass can't wait for another one of its own session.";
        assertThatIllegalStateException()
                .isThrownBy(() -> session.run((model, manager, pass) -> answer(Patience.endless())))
                .withMessage(refusal);
        assertThatIllegalStateException()
                .isThrownBy(() -> session.run((model, manager, pass) -> {
                    session.close();
                    return "closed";
                }))
                .withMessage(refusal);
        assertThat(answer(Patience.endless())).isEqualTo("answer");
    }
}
