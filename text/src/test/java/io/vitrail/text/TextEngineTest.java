package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.GenerationOptionsBuilder;
import io.vitrail.text.generation.Prompt;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.Checkpoint;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What of a decoder's tokens is its text, and how sure the model was of it. */
class TextEngineTest {
    private static final String PROMPT = "the cat";

    private LoadedTextModel<TextDecoder> loaded;
    private GenerationOptionsBuilder options;
    private long[] ids;

    @BeforeEach
    void load() {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.task("stories"))) {
            loaded = LoadedTextModel.load(checkpoint, TextTask.NEXT_TOKEN, TextDecoder.class, Compute.DEFAULT);
            options = GenerationOptions.of(checkpoint).toBuilder().maxNewTokens(6);
            ids = loaded.tokenizer().encode(PROMPT).ids();
        }
    }

    @AfterEach
    void close() {
        loaded.close();
    }

    private TextEngine engine() {
        return TextEngine.of(loaded.tokenizer(), options.build());
    }

    private Decoding decoding() {
        return CachedDecoding.of(loaded.session(), Patience.endless());
    }

    @Test
    void aTextHasTheTokensThatItBeginsWithAndNotThoseThatItContinues() {
        TextEngine.Order continued = new TextEngine.Order(Prompt.of(ids), ids.length, ids, new long[0]);
        TextEngine.Order begun = new TextEngine.Order(Prompt.of(ids), ids.length, new long[0], ids);
        try (Decoding decoding = decoding()) {
            List<List<GeneratedText>> texts = engine().write(decoding, List.of(continued, begun));
            String following = texts.get(0).get(0).text();
            assertThat(following).isNotEmpty().doesNotStartWith(PROMPT);
            assertThat(texts.get(1).get(0).text()).isEqualTo(PROMPT + following);
            assertThat(texts.get(1).get(0).promptTokens()).isEqualTo(ids.length);
        }
        StringBuilder heard = new StringBuilder();
        try (Decoding decoding = decoding()) {
            assertThat(engine().write(decoding, begun, heard::append).text())
                    .isEqualTo(heard.toString())
                    .startsWith(PROMPT);
        }
    }

    @Test
    void theMeanLogProbabilityIsOfTheNewTokens() {
        options.logProbabilities(true);
        TextEngine.Order order = new TextEngine.Order(Prompt.of(ids), ids.length, ids, new long[0]);
        try (Decoding decoding = decoding()) {
            GeneratedText text = engine().write(decoding, List.of(order)).get(0).get(0);
            double[] each = text.sequence().logProbabilities();
            assertThat(each).hasSize(text.tokens());
            assertThat(text.meanLogProbability())
                    .isNegative()
                    .isCloseTo(Arrays.stream(each).sum() / each.length, within(1e-12));
        }
        options.logProbabilities(false);
        try (Decoding decoding = decoding()) {
            assertThat(engine().write(decoding, List.of(order)).get(0).get(0).meanLogProbability())
                    .isNaN();
        }
    }
}
