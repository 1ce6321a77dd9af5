package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.GenerationOptionsBuilder;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Messages about options, as users of the command line know these. */
class OptionNamesTest {
    private static String told(UnaryOperator<GenerationOptionsBuilder> wrong) {
        return OptionNames.in(catchThrowableOfType(
                        IllegalArgumentException.class, () -> wrong.apply(GenerationOptions.defaults().toBuilder())
                                .build())
                .getMessage());
    }

    private static String told(String key, Object value) {
        ConfigJson keywords = new ConfigJson(
                new ObjectMapper().valueToTree(Map.of(key, value, "num_beams", key.equals("num_beam_groups") ? 2 : 1)));
        return OptionNames.in(catchThrowableOfType(IllegalArgumentException.class, () -> GenerationOptions.defaults()
                        .with(keywords))
                .getMessage());
    }

    @Test
    void settingsAreOptions() {
        assertThat(told(options -> options.maxNewTokens(0))).isEqualTo("--max-new-tokens must be positive, not 0.");
        assertThat(told(options -> options.maxNewTokens(2).minNewTokens(3)))
                .isEqualTo("--min-new-tokens (3) is larger than --max-new-tokens (2).");
        assertThat(told(options -> options.sample(true).temperature(0)))
                .isEqualTo("--temperature must be positive, not 0.0. For the likeliest tokens, use --no-sample.");
        assertThat(told(options -> options.sample(true).topK(-1)))
                .isEqualTo("--top-k must be positive, or 0 for all, not -1.");
        assertThat(told(options -> options.sample(true).topP(2))).isEqualTo("--top-p must be within 0 and 1, not 2.0.");
        assertThat(told(options -> options.sample(true).minP(2))).isEqualTo("--min-p must be within 0 and 1, not 2.0.");
        assertThat(told(options -> options.beams(0))).isEqualTo("--beams must be 1 to 1024, not 0.");
        assertThat(told(options -> options.repetitionPenalty(0)))
                .isEqualTo("--repetition-penalty must be positive, not 0.0.");
        assertThat(told(options -> options.returnedSequences(3)))
                .isEqualTo("There are 1 beams, so there can't be 3 variants. Set more beams, or --sample with one.");
        assertThat(told(options -> options.returnedSequences(0))).isEqualTo("--variants must be 1 to 1024, not 0.");
    }

    @Test
    void noRemedyIsProposedThatHasNoOption() {
        assertThat(OptionNames.in("There is no room. Set maxNewTokens, or a larger maxLength."))
                .isEqualTo("There is no room. Set --max-new-tokens.");
        assertThat(told("penalty_alpha", 0.6)).endsWith("try:  --sample or --beams 2.");
        assertThat(told("num_beam_groups", 2)).endsWith("try:  --beams 1.");
        assertThat(told("max_time", 2))
                .endsWith("try:  a copy of the model without that key in its generation_config.json.");
    }

    @Test
    void otherWordsStay() {
        for (String other : new String[] {"The beams of 3 searches.", "A temperature.", "Its sample is small."}) {
            assertThat(OptionNames.in(other)).isEqualTo(other);
        }
    }
}
