package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Records named stages of one forward pass: what tests, {@code verify} and attention maps read. Stages that occur once
 * per layer are numbered: {@code hidden_states.0} is the embedding, {@code attentions.0} the first layer's attention
 * weights. Where several parts of a model have such stages, a prefix tells whose they are:
 * {@code encoder_hidden_states.0}.
 *
 * <p>A trace copies what it records, so that the pass may overwrite its own arrays; the copies are float32 and belong
 * to the manager given. Not thread-safe: one trace, one pass.
 */
public final class Trace {
    /** The stages that occur once per layer, and cost extra to compute or keep. */
    public enum Stage {
        HIDDEN_STATES,
        ATTENTIONS
    }

    /** Records nothing. */
    public static final Trace NONE = new Trace(Optional.empty(), Set.of(), "", new LinkedHashMap<>());

    private final Optional<NDManager> owner;
    private final Set<Stage> stages;
    private final String prefix;
    private final Map<String, NDArray> recorded;

    private Trace(Optional<NDManager> owner, Set<Stage> stages, String prefix, Map<String, NDArray> recorded) {
        this.owner = owner;
        this.stages = stages;
        this.prefix = prefix;
        this.recorded = recorded;
    }

    /** A trace of the outputs that occur once, and of the given stages; the copies belong to the owner. */
    public static Trace of(NDManager owner, Set<Stage> stages) {
        return new Trace(Optional.of(owner), Set.copyOf(stages), "", new LinkedHashMap<>());
    }

    /** The same trace for one part of a model: what it records there is named with this prefix, instead of any before. */
    public Trace prefixed(String other) {
        return new Trace(owner, stages, other, recorded);
    }

    /** Whether the stage should be computed. */
    public boolean wants(Stage stage) {
        return stages.contains(stage);
    }

    /** Records an output that occurs once. */
    public void record(String name, NDArray value) {
        owner.ifPresent(manager -> recorded.put(prefix + name, copy(value, manager)));
    }

    /** Records the next of a numbered stage, such as the hidden states after one more layer. */
    public void append(Stage stage, NDArray value) {
        if (wants(stage)) {
            record(numbered(stage, count(stage)), value);
        }
    }

    /** Replaces the last of a numbered stage: some models publish their last hidden state normalised. */
    public void replaceLast(Stage stage, NDArray value) {
        if (wants(stage)) {
            record(numbered(stage, count(stage) - 1), value);
        }
    }

    /** What was recorded, by name, in order; of all parts. */
    public Map<String, NDArray> recorded() {
        return Collections.unmodifiableMap(recorded);
    }

    private int count(Stage stage) {
        int count = 0;
        while (recorded.containsKey(prefix + numbered(stage, count))) {
            count++;
        }
        return count;
    }

    private static String numbered(Stage stage, int number) {
        return stage.name().toLowerCase(Locale.ROOT) + "." + number;
    }

    private static NDArray copy(NDArray value, NDManager manager) {
        NDArray copy = value.duplicate();
        copy.attach(manager);
        return copy;
    }
}
