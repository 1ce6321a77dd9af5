package io.vitrail.text.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where options come from, and which contradict each other. */
class GenerationOptionsTest {
    @TempDir
    private Path folder;

    private static GenerationOptionsBuilder options() {
        return GenerationOptions.defaults().toBuilder();
    }

    private static ConfigJson json(String text) {
        try {
            return new ConfigJson(new ObjectMapper().readTree(text.replace('\'', '"')));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GenerationOptions keywords(String text) {
        return GenerationOptions.defaults().with(json(text));
    }

    /** Of a checkpoint with such files. */
    private GenerationOptions read(String config, String generation) throws IOException {
        Path weights = folder.resolve("model.safetensors");
        Files.write(weights, new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
        Files.writeString(folder.resolve("config.json"), config.replace('\'', '"'));
        if (!generation.isEmpty()) {
            Files.writeString(folder.resolve("generation_config.json"), generation.replace('\'', '"'));
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return GenerationOptions.of(checkpoint);
        }
    }

    private static void assertRefused(GenerationOptionsBuilder options, String message) {
        assertThatThrownBy(options::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private static void assertRefused(String keywords, String message) {
        assertThatThrownBy(() -> keywords(keywords))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void contradictionsAreRefused() {
        assertRefused(
                options().temperature(0.7).topP(0.9),
                "temperature, topP would have no effect, since tokens aren't drawn at random: set sample(true),"
                        + " or leave it out.");
        assertRefused(
                options().lengthPenalty(2).earlyStopping(EarlyStopping.TRUE),
                "lengthPenalty, earlyStopping would have no effect without beam search: set beams(2) or more,"
                        + " or leave it out.");
        assertRefused(
                options().returnedSequences(2),
                "There are 1 beams, so there can't be 2 returned sequences. Set more beams, or sample(true) with one.");
        assertRefused(
                options().sample(true).beams(3).returnedSequences(4),
                "There are 3 beams, so there can't be 4 returned sequences. Set more beams, or sample(true) with one.");
        assertRefused(options().maxLength(5).minLength(6), "minLength (6) is larger than maxLength (5).");
        assertRefused(options().maxNewTokens(5).minNewTokens(6), "minNewTokens (6) is larger than maxNewTokens (5).");
        assertRefused(
                options().exponentialDecay(2, 1.1),
                "exponentialDecay makes end tokens likelier, but there is none: set eos.");
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertRefused(
                options().sample(true).temperature(0),
                "temperature must be positive, not 0.0. For the likeliest tokens, use sample(false).");
        assertRefused(options().sample(true).topK(-1), "topK must be positive, or 0 for all, not -1.");
        assertRefused(options().sample(true).topP(1.5), "topP must be within 0 and 1, not 1.5.");
        assertRefused(options().sample(true).minP(-0.1), "minP must be within 0 and 1, not -0.1.");
        assertRefused(options().sample(true).typicalP(0), "typicalP must be above 0.");
        assertRefused(options().sample(true).etaCutoff(Double.NaN), "etaCutoff must be within 0 and 1, not NaN.");
        assertRefused(options().beams(0), "beams must be 1 to 1024, not 0.");
        assertRefused(options().beams(2000), "beams must be 1 to 1024, not 2000.");
        assertRefused(options().repetitionPenalty(0), "repetitionPenalty must be positive, not 0.0.");
        assertRefused(options().maxNewTokens(0), "maxNewTokens must be positive, not 0.");
        assertRefused(options().minLength(-1), "minLength can't be negative (-1).");
        assertRefused(options().eos(List.of(-1L)), "-1 is no id of a token.");
        assertRefused(options().pad(1L << 40), "1099511627776 is no id of a token.");
        assertRefused(options().stopStrings(List.of("")), "A stop string needs at least one character.");
        assertRefused(
                options().badWords(List.of(List.of())),
                "Sequences of badWords and sequenceBias need at least one token.");
    }

    @Test
    void aSettingWithoutEffectMayComeFromAFileOrBeTakenBack() {
        GenerationOptions chat = keywords("{'do_sample': true, 'temperature': 0.6, 'top_p': 0.9}");
        GenerationOptions greedy = chat.toBuilder().sample(false).build();
        assertThat(greedy.temperature()).isEqualTo(0.6);
        assertThat(options().temperature(0.5).temperature(1).build()).isEqualTo(GenerationOptions.defaults());
    }

    @Test
    void oneLimitReplacesTheOther() {
        GenerationOptions options = options().maxLength(9).maxNewTokens(4).build();
        assertThat(options.maxLength()).isEmpty();
        assertThat(options.maxNewTokens()).hasValue(4);
        assertThat(options.toBuilder().maxLength(9).build().maxNewTokens()).isEmpty();
    }

    @Test
    void keywordsAreThoseOfTheReference() {
        GenerationOptions options = keywords("{'num_beams': 4, 'do_sample': false, 'early_stopping': 'never',"
                + " 'length_penalty': 2, 'eos_token_id': [5, 6], 'forced_eos_token_id': 5, 'bad_words_ids': [[1], [2, 3]],"
                + " 'sequence_bias': [[[7], 2.5]], 'stop_strings': 'end', 'exponential_decay_length_penalty': [3, 1.5],"
                + " 'max_length': 20, 'max_new_tokens': 7, 'min_length': 2, 'top_k': null, 'output_scores': true,"
                + " 'use_cache': false, 'num_beam_groups': 1, 'pad_token_id': -1}");
        assertThat(options)
                .isEqualTo(options()
                        .beams(4)
                        .earlyStopping(EarlyStopping.NEVER)
                        .lengthPenalty(2)
                        .eos(List.of(5L, 6L))
                        .forcedEos(List.of(5L))
                        .badWords(List.of(List.of(1L), List.of(2L, 3L)))
                        .sequenceBias(Map.of(List.of(7L), 2.5))
                        .stopStrings(List.of("end"))
                        .exponentialDecay(3, 1.5)
                        .maxNewTokens(7)
                        .minLength(2)
                        .topK(0)
                        .build());
    }

    @Test
    void nullTakesAnOptionAway() {
        GenerationOptions before = keywords("{'eos_token_id': 5, 'repetition_penalty': 1.3, 'forced_bos_token_id': 2}");
        GenerationOptions after =
                before.with(json("{'eos_token_id': null, 'repetition_penalty': null, 'forced_bos_token_id': null}"));
        assertThat(after).isEqualTo(GenerationOptions.defaults());
    }

    @Test
    void whatIsntSupportedIsRefusedByName() {
        assertRefused(
                "{'num_beam_groups': 2, 'num_beams': 4}",
                "num_beam_groups = 2 asks for beam search in groups, which isn't supported.\n"
                        + "  try:  beams(1) or unsupported(Map.of()).");
        assertRefused(
                "{'penalty_alpha': 0.6}",
                "penalty_alpha = 0.6 asks for contrastive search, which isn't supported.\n"
                        + "  try:  sample(true), beams(2), topK(0) or unsupported(Map.of()).");
        assertRefused(
                "{'dola_layers': 'high'}",
                "dola_layers = \"high\" asks for DoLa, which isn't supported.\n"
                        + "  try:  beams(2) or unsupported(Map.of()).");
        assertRefused(
                "{'guidance_scale': 1.5}",
                "guidance_scale = 1.5 asks for guidance without a classifier, which isn't supported.\n"
                        + "  try:  unsupported(Map.of()).");
        for (String other : List.of(
                "{'force_words_ids': [[1]]}",
                "{'watermarking_config': {}}",
                "{'token_healing': true}",
                "{'max_time': 2}")) {
            assertThatThrownBy(() -> keywords(other)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> keywords("{'temprature': 0.6}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Options [temprature] aren't known; known: [assistant_early_exit, ");
    }

    @Test
    void whatHasNoEffectIsntRefused() {
        for (String idle : List.of(
                "{'penalty_alpha': 0.6, 'do_sample': true}",
                "{'penalty_alpha': 0.6, 'num_beams': 2}",
                "{'penalty_alpha': 0.6, 'top_k': 1}",
                "{'penalty_alpha': 0.0}",
                "{'dola_layers': 'high', 'num_beams': 2}",
                "{'num_beam_groups': 2}",
                "{'num_beam_groups': 1, 'num_beams': 2}",
                "{'guidance_scale': 1}",
                "{'prompt_lookup_num_tokens': 3}",
                "{'max_time': null}")) {
            assertThatCode(() -> keywords(idle)).as(idle).doesNotThrowAnyException();
        }
    }

    /** Contrastive search was moved out of the reference, which refuses it when it is to write, not before. */
    @Test
    void aCheckpointThatAsksForWhatIsMissingCanBeUsedOtherwise() throws IOException {
        GenerationOptions options = read("{}", "{'penalty_alpha': 0.6, 'top_k': 4, 'max_new_tokens': 2}");
        assertThat(options.unsupported()).containsExactly(Map.entry("penalty_alpha", "0.6"));
        assertThatThrownBy(() -> written(options)).hasMessageStartingWith("penalty_alpha = 0.6 asks for contrastive");
        assertThat(written(options.toBuilder().sample(true).build())).isEqualTo(2);
        assertThat(written(options.toBuilder().topK(0).build())).isEqualTo(2);
        assertThat(written(options.toBuilder().unsupported(Map.of()).build())).isEqualTo(2);
        assertThat(options.with(json("{'penalty_alpha': null}")).unsupported()).isEmpty();
        assertThatThrownBy(() ->
                        options.toBuilder().unsupported(Map.of("alpha", "1")).build())
                .hasMessageStartingWith("Keys of what is unsupported are some of [constraints, dola_layers, ");
    }

    private static int written(GenerationOptions options) {
        try (Decoding decoding = new TableDecoding(Searches.TABLE, Integer.MAX_VALUE)) {
            return GenerationEngine.of(options)
                    .generate(decoding, List.of(Prompt.of(3)), TokenListener.NONE)
                    .get(0)
                    .get(0)
                    .ids()
                    .length;
        }
    }

    @Test
    void valuesOfTheWrongTypeAreErrors() {
        for (String wrong : List.of(
                "{'max_length': 'many'}",
                "{'bad_words_ids': [1]}",
                "{'bad_words_ids': [['a']]}",
                "{'sequence_bias': [[1, 2]]}",
                "{'sequence_bias': {'(1,)': 2.0}}",
                "{'exponential_decay_length_penalty': [1]}",
                "{'eos_token_id': 'end'}",
                "{'early_stopping': 'sometimes'}",
                "{'stop_strings': [1]}")) {
            assertThatThrownBy(() -> keywords(wrong)).as(wrong).isInstanceOf(CheckpointException.class);
        }
    }

    @Test
    void aCheckpointsGenerationConfigCounts() throws IOException {
        GenerationOptions options = read(
                "{'eos_token_id': 9, 'num_beams': 3}",
                "{'eos_token_id': 5, 'max_length': 20, 'temperature': 0.0, 'own_key': 1, 'transformers_version':"
                        + " '4.57.6'}");
        assertThat(options.eos()).containsExactly(5L);
        assertThat(options.beams()).isEqualTo(1);
        assertThat(options.maxLength()).isEqualTo(OptionalInt.empty());
    }

    @Test
    void withoutOneTheModelsConfigDoesAndItsDecoders() throws IOException {
        GenerationOptions options = read(
                "{'num_beams': 4, 'max_length': 142, 'pad_token_id': 1, 'eos_token_id': null, 'hidden_size': 8,"
                        + " 'decoder': {'eos_token_id': 2, 'bos_token_id': 0, 'pad_token_id': 7}}",
                "");
        assertThat(options.beams()).isEqualTo(4);
        assertThat(options.maxLength()).hasValue(142);
        assertThat(options.eos()).containsExactly(2L);
        assertThat(options.pad()).isEqualTo(OptionalLong.of(1));
        assertThat(options.start()).isZero();
    }

    @Test
    void anAnswerNeedsAStart() {
        assertThatThrownBy(() -> GenerationOptions.defaults().start())
                .hasMessage("It isn't known what an answer begins with: set decoderStart or bos.");
        assertThat(options().bos(3).build().start()).isEqualTo(3);
        assertThat(options().bos(3).decoderStart(4).build().start()).isEqualTo(4);
    }
}
