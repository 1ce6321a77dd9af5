package io.vitrail.text.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.text.generation.GeneratedSequence.End;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What the engine does around the choice of tokens: batches, ends, listeners, limits and errors. */
class GenerationEngineTest {
    private static final List<Prompt> PROMPTS = List.of(Prompt.of(3), Prompt.of(8, 1, 20), Prompt.of(14, 30));
    private static final List<Long> ENDS = List.of(5L, 6L);

    private final TableDecoding decoding = new TableDecoding(Searches.TABLE, Integer.MAX_VALUE);

    private static GenerationOptionsBuilder options() {
        return GenerationOptions.defaults().toBuilder();
    }

    private List<List<GeneratedSequence>> generate(GenerationOptionsBuilder options, TokenListener listener) {
        return GenerationEngine.of(options.build()).generate(decoding, PROMPTS, listener);
    }

    private List<GeneratedSequence> firsts(GenerationOptionsBuilder options) {
        return generate(options, TokenListener.NONE).stream()
                .map(sequences -> sequences.get(0))
                .toList();
    }

    private void assertRefused(GenerationOptionsBuilder options, List<Prompt> prompts, String message) {
        GenerationEngine engine = GenerationEngine.of(options.build());
        assertThatThrownBy(() -> engine.generate(decoding, prompts, TokenListener.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThat(decoding.batches()).isEmpty();
    }

    @Test
    void withoutAnyLimitThereAreTwentyNewTokens() {
        assertThat(firsts(options())).allSatisfy(sequence -> {
            assertThat(sequence.ids()).hasSize(20);
            assertThat(sequence.end()).isEqualTo(End.LENGTH);
        });
    }

    @Test
    void aGreatestLengthCountsThePrompt() {
        assertThat(firsts(options().maxLength(7)))
                .extracting(sequence -> sequence.ids().length)
                .containsExactly(6, 4, 5);
    }

    @Test
    void sequencesThatEndedLeaveTheBatch() {
        List<GeneratedSequence> rows = firsts(options().eos(ENDS).maxNewTokens(40));
        int longest = 0;
        for (GeneratedSequence row : rows) {
            assertThat(row.end()).isEqualTo(End.EOS);
            assertThat(ENDS).contains(row.ids()[row.ids().length - 1]);
            longest = Math.max(longest, row.ids().length);
        }
        assertThat(decoding.batches()).hasSize(longest).isSortedAccordingTo((a, b) -> b - a);
        assertThat(decoding.batches().get(longest - 1)).isLessThan(3);
    }

    @Test
    void inputsWhoseBeamSearchIsOverLeaveTheBatch() {
        generate(options().eos(ENDS).maxNewTokens(40).beams(3), TokenListener.NONE);
        assertThat(decoding.batches()).startsWith(3, 9).doesNotContain(7, 8, 4, 5);
        assertThat(decoding.batches().get(decoding.batches().size() - 1)).isLessThan(9);
    }

    @Test
    void rowsOfAPromptGoThroughTheModelOnceAtFirst() {
        generate(options().sample(true).seed(1).returnedSequences(4).maxNewTokens(3), TokenListener.NONE);
        assertThat(decoding.batches()).containsExactly(3, 12, 12);
    }

    @Test
    void logProbabilitiesComeOnlyIfAskedFor() {
        GeneratedSequence plain = firsts(options().maxNewTokens(3)).get(0);
        assertThat(plain.score()).isNaN();
        assertThat(plain.logProbabilities()).isEmpty();
        TableDecoding again = new TableDecoding(Searches.TABLE, Integer.MAX_VALUE);
        GeneratedSequence asked = GenerationEngine.of(
                        options().maxNewTokens(3).logProbabilities(true).build())
                .generate(again, PROMPTS, TokenListener.NONE)
                .get(0)
                .get(0);
        assertThat(asked.ids()).containsExactly(plain.ids());
        assertThat(asked.logProbabilities()).hasSize(3).doesNotContain(Double.NaN);
        assertThat(asked.score())
                .isCloseTo(Arrays.stream(asked.logProbabilities()).sum(), within(1e-12));
    }

    @Test
    void aListenerHearsEachTokenAsItComes() {
        List<List<Long>> heard = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<GeneratedSequence> rows = generate(options().eos(ENDS).maxNewTokens(9), (row, id, logProbability) -> {
                    assertThat(logProbability).isNaN();
                    return heard.get(row).add(id);
                })
                .stream()
                .flatMap(List::stream)
                .toList();
        for (int row = 0; row < rows.size(); row++) {
            assertThat(rows.get(row).ids())
                    .containsExactly(
                            heard.get(row).stream().mapToLong(Long::longValue).toArray());
        }
    }

    @Test
    void aListenerEndsARowAndNoOther() {
        List<Integer> rows = new ArrayList<>();
        List<List<GeneratedSequence>> written = generate(options().maxNewTokens(5), (row, id, logProbability) -> {
            rows.add(row);
            return row != 1 || rows.size() < 5;
        });
        assertThat(written)
                .extracting(sequences -> sequences.get(0).ids().length)
                .containsExactly(5, 2, 5);
        assertThat(written)
                .extracting(sequences -> sequences.get(0).end())
                .containsExactly(End.LENGTH, End.LISTENER, End.LENGTH);
    }

    @Test
    void anErrorOfTheListenerEndsTheGeneration() {
        assertThatThrownBy(() -> generate(options(), (row, id, logProbability) -> {
                    throw new UnsupportedOperationException("deaf");
                }))
                .hasMessage("deaf");
        assertThat(decoding.batches()).hasSize(1);
    }

    @Test
    void theModelsLastPositionIsTheEnd() {
        TableDecoding shortOne = new TableDecoding(Searches.TABLE, 5);
        List<List<GeneratedSequence>> rows =
                GenerationEngine.of(options().maxNewTokens(30).build()).generate(shortOne, PROMPTS, TokenListener.NONE);
        assertThat(rows).extracting(sequences -> sequences.get(0).ids().length).containsExactly(5, 3, 4);
        assertThat(rows).extracting(sequences -> sequences.get(0).end()).containsOnly(End.LENGTH);
    }

    @Test
    void promptsWithoutRoomAreRefused() {
        assertRefused(
                options().maxLength(3),
                PROMPTS,
                "Prompt 1 has 3 tokens, so there is no room for another: a sequence may have 3."
                        + " Set maxNewTokens, or a larger maxLength.");
        TableDecoding shortOne = new TableDecoding(Searches.TABLE, 2);
        GenerationEngine engine = GenerationEngine.of(options().maxNewTokens(3).build());
        assertThatThrownBy(() -> engine.generate(shortOne, PROMPTS, TokenListener.NONE))
                .hasMessage("Prompt 1 has 3 tokens, but the model's positions end at 2. Shorten it.");
        assertRefused(options(), List.of(), "There must be at least one prompt.");
    }

    @Test
    void idsThatTheModelDoesntKnowAreRefused() {
        assertRefused(
                options(), List.of(Prompt.of(1), Prompt.of(37)), "Prompt 1 has the id 37, but the model knows 37 ids.");
        assertRefused(options(), List.of(Prompt.of(-1)), "Prompt 0 has the id -1, but the model knows 37 ids.");
        String options = "The options name the id 99, but the model knows 37 ids.";
        assertRefused(options().badWords(List.of(List.of(1L, 99L))), PROMPTS, options);
        assertRefused(options().sequenceBias(Map.of(List.of(99L), 1.0)), PROMPTS, options);
        assertRefused(options().forcedBos(99), PROMPTS, options);
        assertRefused(options().forcedEos(List.of(99L)), PROMPTS, options);
        assertRefused(
                options().encoderRepetitionPenalty(2),
                List.of(Prompt.of(1).withSource(40)),
                "Prompt 0 has the id 40, but the model knows 37 ids.");
        assertThat(firsts(options().eos(List.of(99L)).suppressTokens(List.of(99L))))
                .hasSize(3);
    }

    @Test
    void whatTheOptionsNeedMustBeThere() {
        assertRefused(
                options().stopStrings(List.of(".")), PROMPTS, "Stop strings need the tokenizer: use withTokenizer.");
        GenerationEngine beams = GenerationEngine.of(options().beams(2).build());
        assertThatThrownBy(() -> beams.generate(decoding, PROMPTS, (row, id, logProbability) -> true))
                .hasMessage("Beam search can't tell its tokens before it ends: set beams(1) to listen to them.");
    }

    @Test
    void optionsThatLeaveNoTokenAreRefusedWhenItShows() {
        List<Long> all = LongStream.range(0, 37).boxed().toList();
        assertThatThrownBy(() -> generate(options().suppressTokens(all), TokenListener.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The options leave no token that may come next.");
        GenerationEngine beams =
                GenerationEngine.of(options().suppressTokens(all).beams(2).build());
        TableDecoding another = new TableDecoding(Searches.TABLE, 99);
        assertThatThrownBy(() -> beams.generate(another, PROMPTS, TokenListener.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The options leave no tokens for 1 sequences: only 0 came to an end.");
    }

    @Test
    void scoresThatAreNoNumbersAreAnErrorUnlessTheyAreRemoved() {
        float[][] table = Arrays.stream(Searches.TABLE).map(float[]::clone).toArray(float[][]::new);
        for (float[] row : table) {
            row[9] = Float.NaN;
        }
        for (int beams = 1; beams < 3; beams++) {
            GenerationOptionsBuilder options = options().beams(beams);
            assertThatThrownBy(() -> GenerationEngine.of(options.build())
                            .generate(new TableDecoding(table, 99), PROMPTS, TokenListener.NONE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("The model gives the score NaN, so its weights or its precision are at fault."
                            + "\n  try:  the precision fp32, or removeInvalidValues, which replaces such scores.");
            assertThat(GenerationEngine.of(options.removeInvalidValues(true).build())
                            .generate(new TableDecoding(table, 99), PROMPTS, TokenListener.NONE))
                    .hasSize(3);
        }
    }
}
