package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.Trace.Stage;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a pass leaves behind for those who ask. */
class TraceTest {
    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void numbersStagesAndKeepsTheirOrder() {
        Trace trace = Trace.of(manager, Set.of(Stage.HIDDEN_STATES));
        trace.append(Stage.HIDDEN_STATES, array(1));
        trace.append(Stage.ATTENTIONS, array(9)); // nobody asked for it
        trace.append(Stage.HIDDEN_STATES, array(2));
        trace.record("logits", array(3));
        assertThat(trace.recorded().keySet()).containsExactly("hidden_states.0", "hidden_states.1", "logits");
        assertThat(trace.wants(Stage.HIDDEN_STATES)).isTrue();
        assertThat(trace.wants(Stage.ATTENTIONS)).isFalse();
    }

    @Test
    void theLastOfAStageCanBeReplaced() {
        Trace trace = Trace.of(manager, Set.of(Stage.HIDDEN_STATES));
        trace.append(Stage.HIDDEN_STATES, array(1));
        trace.append(Stage.HIDDEN_STATES, array(2));
        trace.replaceLast(Stage.HIDDEN_STATES, array(20));
        trace.replaceLast(Stage.ATTENTIONS, array(30));
        assertThat(trace.recorded().keySet()).containsExactly("hidden_states.0", "hidden_states.1");
        assertThat(trace.recorded().get("hidden_states.1").getFloat()).isEqualTo(20);
    }

    @Test
    void aPrefixTellsWhosePartItIs() {
        Trace trace = Trace.of(manager, Set.of(Stage.HIDDEN_STATES));
        Trace encoder = trace.prefixed("encoder_");
        encoder.append(Stage.HIDDEN_STATES, array(1));
        encoder.record("last_hidden_state", array(2));
        Trace decoder = encoder.prefixed("decoder_");
        decoder.append(Stage.HIDDEN_STATES, array(3));
        decoder.replaceLast(Stage.HIDDEN_STATES, array(4));
        trace.append(Stage.HIDDEN_STATES, array(5));
        assertThat(trace.recorded().keySet())
                .containsExactly(
                        "encoder_hidden_states.0",
                        "encoder_last_hidden_state",
                        "decoder_hidden_states.0",
                        "hidden_states.0");
        assertThat(trace.recorded().get("decoder_hidden_states.0").getFloat()).isEqualTo(4);
        assertThat(decoder.wants(Stage.HIDDEN_STATES)).isTrue();
    }

    @Test
    void copiesWhatItRecords() {
        Trace trace = Trace.of(manager, Set.of());
        try (NDManager scope = manager.newSubManager()) {
            NDArray value = scope.create(5f);
            trace.record("pooler_output", value);
            value.addi(1);
        }
        NDArray recorded = trace.recorded().get("pooler_output");
        assertThat(recorded.getFloat()).isEqualTo(5);
        assertThat(recorded.getManager()).isSameAs(manager);
    }

    @Test
    void noTraceRecordsNothing() {
        Trace.NONE.record("logits", array(1));
        Trace.NONE.append(Stage.HIDDEN_STATES, array(1));
        Trace.NONE.prefixed("encoder_").record("logits", array(1));
        assertThat(Trace.NONE.recorded()).isEmpty();
    }

    private NDArray array(float value) {
        return manager.create(value);
    }
}
