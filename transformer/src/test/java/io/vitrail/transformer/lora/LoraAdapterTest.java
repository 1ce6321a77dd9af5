package io.vitrail.transformer.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Adapters beside a model: what fits it, who may use them at the same time, and what is left when they are closed. */
@Timeout(60)
class LoraAdapterTest {
    private static final String LORA = "{\"peft_type\": \"LORA\", \"lora_alpha\": 4}";
    private static final Map<String, Shape> DENSE =
            Map.of("block.dense.lora_A.weight", new Shape(2, 6), "block.dense.lora_B.weight", new Shape(5, 2));
    private static final Map<String, Shape> ALL = Map.of(
            "block.dense.lora_A.weight", new Shape(1, 6),
            "block.dense.lora_B.weight", new Shape(5, 1),
            "block.dense.lora_B.bias", new Shape(5),
            "block.c_proj.lora_A.weight", new Shape(3, 6),
            "block.c_proj.lora_B.weight", new Shape(6, 3),
            "words.lora_embedding_A", new Shape(2, 7),
            "words.lora_embedding_B", new Shape(6, 2),
            "classifier.weight", new Shape(3, 5),
            "classifier.bias", new Shape(3));

    @TempDir
    private Path folder;

    private Checkpoint base;
    private Session<Tiny> session;

    @BeforeEach
    void load() {
        base = Checkpoint.open(Tiny.checkpoint(folder));
        session = Tiny.load(base);
    }

    @AfterEach
    void close() {
        session.close();
        base.close();
    }

    private PeftAdapter read(Map<String, Shape> shapes) {
        String json = shapes.containsKey("block.c_proj.lora_A.weight")
                ? LORA.replace("}", ", \"fan_in_fan_out\": true}")
                : LORA;
        return PeftAdapter.read(Tiny.adapter(folder.resolve("adapter"), json, shapes));
    }

    private LoraAdapter adapter(Map<String, Shape> shapes) {
        return LoraAdapter.of(read(shapes), session);
    }

    @Test
    void apartItGivesWhatItGivesMerged() {
        try (LoraAdapter apart = adapter(ALL);
                Session<Tiny> merged = Tiny.load(read(ALL).mergedInto(base))) {
            float[] plain = Tiny.scores(session);
            assertThat(Tiny.scores(session.with(apart))).containsExactly(Tiny.scores(merged), within(1e-4f));
            assertThat(Tiny.scores(session)).isEqualTo(plain).isNotEqualTo(Tiny.scores(merged));
        }
    }

    @Test
    void aHeadMayBeOfOtherClasses() {
        try (LoraAdapter four =
                adapter(Map.of("classifier.weight", new Shape(4, 5), "classifier.bias", new Shape(4)))) {
            assertThat(Tiny.scores(session.with(four))).hasSize(12);
        }
    }

    @Test
    void whatDoesNotFitTheModelIsRefused() {
        refused(
                Map.of("block.dense.lora_A.weight", new Shape(2, 5), "block.dense.lora_B.weight", new Shape(6, 2)),
                "it has 6 and 5");
        refused(
                Map.of(
                        "block.dense.lora_A.weight",
                        new Shape(2, 6, 1, 2),
                        "block.dense.lora_B.weight",
                        new Shape(5, 2)),
                "12 inputs");
        refused(
                Map.of("words.lora_embedding_A", new Shape(2, 9), "words.lora_embedding_B", new Shape(6, 2)),
                "it has 7 and 6");
        refused(
                Map.of("sparse.lora_A.weight", new Shape(2, 6), "sparse.lora_B.weight", new Shape(5, 2)),
                "which the model hasn't");
        refused(
                Map.of("classifier.weight", new Shape(3, 6), "classifier.bias", new Shape(3)),
                "[3, 6] or its bias doesn't fit");
        refused(Map.of("classifier.weight", new Shape(15), "classifier.bias", new Shape(3)), "[15] or its bias");
        refused(Map.of("classifier.weight", new Shape(0, 5), "classifier.bias", new Shape(0)), "[0, 5] or its bias");
        refused(
                Map.of("classifier.weight", new Shape(3, 5), "classifier.bias", new Shape(4)),
                "or its bias doesn't fit");
        refused(
                Map.of("block.dense.weight", new Shape(4, 6), "block.dense.bias", new Shape(4)),
                "of 6 inputs and 5 outputs");
    }

    @Test
    void whatMustBeMergedSaysSo() {
        refused(Map.of("classifier.weight", new Shape(3, 5)), "no whole linear layer");
        refused(
                Map.of("block.c_proj.weight", new Shape(6, 6), "block.c_proj.bias", new Shape(6)),
                "no whole linear layer");
        refused(Map.of("block.dense.bias", new Shape(5)), "changes biases alone");
        refused(Map.of("words.weight", new Shape(7, 6)), "no whole linear layer");
        refused(
                Map.of(
                        "block.dense.lora_A.weight", new Shape(2, 6),
                        "block.dense.lora_B.weight", new Shape(5, 2),
                        "tiny.block.dense.lora_A.weight", new Shape(2, 6),
                        "tiny.block.dense.lora_B.weight", new Shape(5, 2)),
                "twice");
    }

    private void refused(Map<String, Shape> shapes, String message) {
        int before = arrays();
        assertThatThrownBy(() -> adapter(shapes))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message);
        assertThat(arrays()).isEqualTo(before);
        assertThat(Tiny.scores(session)).hasSize(9);
    }

    /** Those alive that belong to the session, or to managers below it. */
    private int arrays() {
        try (NDManager scope = session.newScope()) {
            return scope.getParentManager().getManagedArrays().size();
        }
    }

    @Test
    void threadsMayUseSeveralAdaptersByTurns() {
        try (LoraAdapter one = adapter(ALL);
                LoraAdapter other = adapter(DENSE)) {
            session.admit(2);
            List<Session<Tiny>> sessions = List.of(session, session.with(one), session.with(other));
            List<float[]> together = IntStream.range(0, 60)
                    .parallel()
                    .mapToObj(i -> Tiny.scores(sessions.get(i % 3)))
                    .toList();
            for (int i = 0; i < together.size(); i++) {
                assertThat(together.get(i)).isEqualTo(Tiny.scores(sessions.get(i % 3)));
            }
            assertThat(together.get(0)).isNotEqualTo(together.get(1)).isNotEqualTo(together.get(2));
        }
    }

    @Test
    void aClosedAdapterSaysSoAndTheModelGoesOn() {
        float[] plain = Tiny.scores(session);
        int before = arrays();
        LoraAdapter adapter = adapter(ALL);
        Session<Tiny> adapted = session.with(adapter);
        Tiny.scores(adapted);
        assertThat(arrays()).isGreaterThan(before);
        adapter.close();
        assertThat(arrays()).isEqualTo(before);
        adapter.close(); // twice is once
        assertThatIllegalStateException()
                .isThrownBy(() -> Tiny.scores(adapted))
                .withMessageStartingWith("The adapter is closed.");
        assertThat(Tiny.scores(session)).isEqualTo(plain);
    }

    @Test
    void closingWaitsForThePassThatRuns() throws InterruptedException {
        LoraAdapter adapter = adapter(ALL);
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        float[][] answer = new float[1][];
        Thread worker = new Thread(() -> answer[0] = session.with(adapter).run((model, manager, pass) -> {
            running.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return model.forward(manager.create(new long[] {1, 2}, new Shape(1, 2)), pass)
                    .toFloatArray();
        }));
        worker.start();
        running.await();
        Thread closer = new Thread(adapter::close);
        closer.start();
        closer.join(50);
        assertThat(closer.isAlive()).isTrue();
        goOn.countDown();
        worker.join();
        closer.join();
        assertThat(answer[0]).hasSize(6);
    }
}
