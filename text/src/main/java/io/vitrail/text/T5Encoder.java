package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.weights.WeightTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The encoder of {@link T5} alone, for what tokens mean where they stand: nothing is written. */
final class T5Encoder extends TextEncoder {
    static final WeightTable WEIGHTS = WeightTable.parse(
            T5.ENCODER
                    + """
            decoder.* | - | - | unused: what writes
            lm_head.* | - | - | unused: the head
            """);

    private final T5.Config config;
    private final TokenEmbedding words;
    private final T5Stack encoder;

    T5Encoder(T5.Config config) {
        super(TextTask.ENCODER_FEATURES, List.of());
        this.config = config;
        words = part("words", new TokenEmbedding(config.vocabulary(), config.width()));
        encoder = part("encoder", config.encoder());
    }

    @Override
    public TextFeatures features(TextInput input, Pass pass) {
        NDArray x = encoder.forward(words.forward(input.only(this).ids(), pass), pass.withMask(input.mask()));
        return new TextFeatures(input, x, Optional.empty());
    }

    @Override
    NDArray summary(TextFeatures features) {
        throw new IllegalStateException("There is no head that reads a summary.");
    }

    @Override
    public int maxTokens() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int segments() {
        return 0;
    }

    @Override
    public int vocabulary() {
        return config.vocabulary();
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "transformer";
    }

    @Override
    public Map<String, Long> sizes() {
        return config.sizes();
    }
}
