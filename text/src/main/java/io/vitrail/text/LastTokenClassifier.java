package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import io.vitrail.transformer.weights.ModelCatalogue;
import io.vitrail.transformer.weights.WeightTable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A model that continues texts as a classifier of texts (Radford et al. 2018, section 3.2). It differs from an
 * encoder's classifier in the token that it reads: the last one that isn't padding, since that alone has seen the whole
 * text.
 */
final class LastTokenClassifier extends TextEncoder {
    private static final WeightTable SCORES = WeightTable.parse(
            """
            checkpoint | block      | shape
            score      | classifier | scores, stateWidth
            """);

    private final TextDecoder decoder;
    private final int stateWidth;
    private final Optional<Integer> padding;

    private LastTokenClassifier(TextDecoder decoder, String width, ConfigJson config) {
        super(TextTask.SEQUENCE_CLASSIFICATION, Labels.of(config));
        this.decoder = part("decoder", decoder);
        stateWidth = Math.toIntExact(decoder.sizes().get(width));
        padding = config.has("pad_token_id") ? Optional.of(config.integer("pad_token_id", 0)) : Optional.empty();
        addHeads(
                stateWidth,
                () -> {
                    throw new IllegalStateException("It scores texts, not words.");
                },
                scores -> new Linear(stateWidth, scores, Bias.ABSENT, Activation.LINEAR));
    }

    /**
     * An architecture with this classifier beside its own heads.
     *
     * @param width what the width of its states is called among its sizes
     */
    static ModelCatalogue.Architecture<TextTask, TextModel> beside(
            BiFunction<ConfigJson, TextTask, ? extends TextDecoder> architecture, String width) {
        return (config, task) -> task == TextTask.SEQUENCE_CLASSIFICATION
                ? new LastTokenClassifier(architecture.apply(config, TextTask.FEATURES), width, config)
                : architecture.apply(config, task);
    }

    @Override
    public TextFeatures features(TextInput input, Pass pass) {
        TextInput read = input.only(this, TextInput.Part.VECTORS, TextInput.Part.SEGMENTS, TextInput.Part.PLACES);
        return new TextFeatures(input, decoder.states(read, pass), Optional.empty());
    }

    @Override
    NDArray summary(TextFeatures features) {
        NDArray ids = features.input().ids();
        NDArray rows = features.tokens().reshape(-1, stateWidth); // [batch · tokens, width]
        return rows.get(ids.getManager().create(lastRows(ids.toLongArray(), ids.getShape())));
    }

    /** Where each text's last token that isn't padding stands among the tokens of all texts. */
    private long[] lastRows(long[] ids, Shape shape) {
        int batch = Math.toIntExact(shape.get(0));
        int tokens = Math.toIntExact(shape.get(1));
        Check.that(
                batch == 1 || padding.isPresent(),
                "config.json names no pad_token_id, so texts can be classified one at a time only, not %d.",
                batch);
        long[] rows = new long[batch];
        for (int text = 0; text < batch; text++) {
            int last = tokens - 1;
            while (last > 0 && padding.isPresent() && ids[text * tokens + last] == padding.get()) {
                last--;
            }
            rows[text] = (long) text * tokens + last;
        }
        return rows;
    }

    @Override
    public long padding() {
        return padding.orElse(0);
    }

    @Override
    public int maxTokens() {
        return decoder.maxTokens();
    }

    @Override
    public int segments() {
        return 0;
    }

    @Override
    public int vocabulary() {
        return decoder.vocabulary();
    }

    @Override
    public WeightTable weightTable() {
        return decoder.weightTable().below("decoder").and(SCORES);
    }

    @Override
    public String basePrefix() {
        return decoder.basePrefix();
    }

    @Override
    public Map<String, Long> sizes() {
        Map<String, Long> sizes = new HashMap<>(decoder.sizes());
        sizes.put("scores", (long) labels().size());
        sizes.put("stateWidth", (long) stateWidth);
        return sizes;
    }
}
