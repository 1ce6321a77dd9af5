package io.vitrail.text.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.ConfigJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sequences, scores and logits come in the form in which the reference's generate() gives them. */
class GenerationReplayTest {
    private static final List<Prompt> PROMPTS = List.of(Prompt.of(1).paddedTo(2, 0), Prompt.of(1, 3));

    /** Says that 3 follows 1, and 2 follows 3; what follows anything else is 1. Its scores are ids that came last. */
    private static final class Chain implements Decoding {
        @Override
        public float[][] next(long[][] tokens) {
            return Arrays.stream(tokens).map(Chain::scores).toArray(float[][]::new);
        }

        private static float[] scores(long[] ids) {
            long last = ids[ids.length - 1];
            float[] scores = {0, 0.5f, 0.25f, last};
            scores[last == 1 ? 3 : last == 3 ? 2 : 1] += 9;
            return scores;
        }

        @Override
        public void select(int[] parents) {
            // what follows depends on the last token alone
        }

        @Override
        public int vocabulary() {
            return 4;
        }

        @Override
        public int maxTokens() {
            return 99;
        }

        @Override
        public void close() {
            // nothing is held
        }
    }

    private static Replayed replay(String options) {
        try {
            String json = "{\"op\": \"generate\", \"options\": " + options.replace('\'', '"') + "}";
            GoldenCall call = new GoldenCall(Path.of("case"), new ObjectMapper().readTree(json));
            GenerationOptions all = GenerationOptions.defaults().with(new ConfigJson(call.options()));
            return GenerationReplay.of(call, all, new Chain(), PROMPTS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long[] sequences(Replayed replayed) {
        GoldenTensor sequences = replayed.tensors().get("sequences");
        assertThat(sequences.shape()).startsWith(2);
        return sequences.integers();
    }

    @Test
    void whatEndsEarlierIsFilledWithPadTokens() {
        Replayed replayed = replay("{'eos_token_id': 2, 'pad_token_id': 0, 'max_new_tokens': 5}");
        assertThat(sequences(replayed)).containsExactly(0, 1, 3, 2, 1, 3, 2, 0);
        assertThat(replayed.tensors()).containsOnlyKeys("sequences");
        assertThat(sequences(replay("{'eos_token_id': 2, 'max_new_tokens': 5}")))
                .containsExactly(0, 1, 3, 2, 1, 3, 2, 2);
    }

    @Test
    void inBeamSearchThePadTokenZeroIsntUsed() {
        String beams = "{'num_beams': 2, 'eos_token_id': 2, 'max_new_tokens': 5, 'early_stopping': true, ";
        Replayed replayed = replay(beams + "'pad_token_id': 0, 'output_scores': true}");
        assertThat(sequences(replayed)).containsExactly(0, 1, 3, 2, 1, 3, 2, 2);
        assertThat(replayed.tensors().get("sequences_scores").shape()).containsExactly(2);
        assertThat(sequences(replay(beams + "'pad_token_id': 1}"))).containsExactly(0, 1, 3, 2, 1, 3, 2, 1);
    }

    @Test
    void logitsHaveAllRowsWhichGoOnWithTheirEndAndThenWithPadTokens() {
        Replayed replayed = replay("{'eos_token_id': 2, 'pad_token_id': 0, 'max_new_tokens': 5, 'output_logits': true,"
                + " 'bad_words_ids': [[1, 3, 2]]}");
        assertThat(sequences(replayed)).containsExactly(0, 1, 3, 3, 2, 1, 3, 2, 0, 0);
        assertThat(replayed.tensors()).containsOnlyKeys("sequences", "logits.0", "logits.1", "logits.2");
        assertThat(replayed.tensors().get("logits.0").floats()).containsExactly(0, 0.5f, 0.25f, 10, 0, 0.5f, 9.25f, 3);
        assertThat(replayed.tensors().get("logits.1").floats()).containsExactly(0, 0.5f, 9.25f, 3, 0, 9.5f, 0.25f, 2);
        assertThat(replayed.tensors().get("logits.2").floats()).containsExactly(0, 0.5f, 9.25f, 3, 0, 9.5f, 0.25f, 0);
    }

    @Test
    void unknownKeywordsAreErrors() {
        assertThatThrownBy(() -> replay("{'num_beam': 2}")).hasMessageStartingWith("Options [num_beam] aren't known");
    }
}
