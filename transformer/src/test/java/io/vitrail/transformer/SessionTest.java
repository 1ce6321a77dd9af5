package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A model ready for inference: who may call it, and what is left when it is closed. */
class SessionTest {
    private static final EncoderConfig CONFIG = new EncoderConfig(12, 2, 3, 20, 1e-6f, Activation.GELU, Bias.PRESENT);
    private static final String CLOSED = "The model is closed. Keep it open until the last call has returned.";

    @Test
    void runsWorkInAScopeOfItsOwn() {
        try (Session<Encoder> session = session()) {
            AtomicReference<NDArray> kept = new AtomicReference<>();
            float[] answer = session.run((model, manager, pass) -> {
                NDArray y = model.forward(Weights.wave(manager, 1, 5, 12), pass);
                kept.set(y);
                assertThat(y.getManager()).isSameAs(manager);
                return y.toFloatArray();
            });
            assertThat(answer).hasSize(60);
            assertThat(kept.get().isReleased()).isTrue();
        }
    }

    @Test
    void keepsNothingForGradientsOnWhateverThread() throws InterruptedException {
        try (Session<Encoder> session = session()) {
            AtomicReference<Boolean> graded = new AtomicReference<>();
            Thread thread = new Thread(() -> graded.set(session.run((model, manager, pass) -> JniUtils.isGradMode())));
            thread.start();
            thread.join();
            assertThat(graded.get()).isFalse();
        }
    }

    @Test
    void closingFreesTheWeightsAndAllElse() {
        Session<Encoder> session = session();
        NDManager owner = session.run((model, manager, pass) -> manager.getParentManager());
        List<NDArray> weights = owner.getManagedArrays();
        assertThat(weights).isNotEmpty().noneMatch(NDArray::isReleased);
        answer(session);
        assertThat(owner.getManagedArrays()).hasSameSizeAs(weights);
        session.close();
        assertThat(weights).allMatch(NDArray::isReleased);
        assertThat(owner.isOpen()).isFalse();
    }

    @Test
    void aClosedSessionSaysSo() {
        Session<Encoder> session = session();
        session.close();
        session.close(); // twice is once
        assertThatIllegalStateException().isThrownBy(() -> answer(session)).withMessage(CLOSED);
    }

    @Test
    void threadsGetTheSameAnswers() {
        try (Session<Encoder> session = session()) {
            float[] alone = answer(session);
            List<float[]> together = IntStream.range(0, 40)
                    .parallel()
                    .mapToObj(i -> answer(session))
                    .toList();
            assertThat(together).allSatisfy(answer -> assertThat(answer).isEqualTo(alone));
        }
    }

    @Test
    @Timeout(20)
    void closingWaitsForThePassThatRuns() throws InterruptedException {
        Session<Encoder> session = session();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicReference<float[]> answer = new AtomicReference<>();
        Thread worker = new Thread(() -> answer.set(session.run((model, manager, pass) -> {
            running.countDown();
            await(goOn);
            return model.forward(Weights.wave(manager, 1, 5, 12), pass).toFloatArray();
        })));
        worker.start();
        running.await();
        Thread closer = new Thread(session::close);
        closer.start();
        closer.join(50);
        assertThat(closer.isAlive()).isTrue();
        goOn.countDown();
        worker.join();
        closer.join();
        assertThat(answer.get()).hasSize(60);
        assertThatIllegalStateException().isThrownBy(() -> answer(session)).withMessage(CLOSED);
    }

    @Test
    void workThatFailsFreesItsScopeAndLetsOthersWork() {
        try (Session<Encoder> session = session()) {
            AtomicReference<NDArray> kept = new AtomicReference<>();
            assertThatThrownBy(() -> session.run((model, manager, pass) -> {
                        kept.set(manager.ones(new Shape(3)));
                        throw new IllegalArgumentException("wrong picture");
                    }))
                    .hasMessage("wrong picture");
            assertThat(kept.get().isReleased()).isTrue();
            assertThat(answer(session)).hasSize(60);
        }
    }

    @Test
    void loadingThatFailsLeavesNothing() {
        AtomicReference<NDManager> owner = new AtomicReference<>();
        assertThatThrownBy(() ->
                        new Session<>(CONFIG.preNormEncoder(), ReadableOperations.INSTANCE, Device.cpu(), manager -> {
                            owner.set(manager);
                            throw new IllegalArgumentException("no weights");
                        }))
                .hasMessage("no weights");
        assertThat(owner.get().isOpen()).isFalse();
    }

    private static Session<Encoder> session() {
        Encoder encoder = CONFIG.preNormEncoder();
        return new Session<>(
                encoder, ReadableOperations.INSTANCE, Device.cpu(), manager -> Weights.random(encoder, manager));
    }

    private static float[] answer(Session<Encoder> session) {
        return session.run((model, manager, pass) ->
                model.forward(Weights.wave(manager, 1, 5, 12), pass).toFloatArray());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
