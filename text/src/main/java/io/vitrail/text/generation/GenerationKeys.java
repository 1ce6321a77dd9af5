package io.vitrail.text.generation;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Reads options by the names that they have in the reference: a checkpoint's files, or keyword arguments. */
final class GenerationKeys {
    /** The reference's default: where a file says so, it says nothing. */
    private static final int DEFAULT_LENGTH = 20;

    /** What else is understood, or makes no difference to what is written. */
    private static final Set<String> KNOWN = Set.of(
            """
            max_length max_new_tokens min_length min_new_tokens do_sample temperature top_k top_p min_p
            typical_p epsilon_cutoff eta_cutoff num_beams length_penalty early_stopping
            num_return_sequences repetition_penalty encoder_repetition_penalty no_repeat_ngram_size
            encoder_no_repeat_ngram_size bad_words_ids sequence_bias suppress_tokens begin_suppress_tokens
            forced_bos_token_id forced_eos_token_id eos_token_id pad_token_id bos_token_id
            decoder_start_token_id stop_strings renormalize_logits remove_invalid_values
            exponential_decay_length_penalty diversity_penalty prompt_lookup_num_tokens
            assistant_early_exit use_cache cache_implementation return_legacy_cache
            return_dict_in_generate output_scores output_logits output_attentions output_hidden_states"""
                    .split("\\s+"));

    /** Where a model of several parts describes its decoder. */
    private static final List<String> DECODERS = List.of("decoder", "generator", "text_config");

    private final ConfigJson json;
    private final GenerationOptionsBuilder to;
    private final Set<String> keys;

    private GenerationKeys(ConfigJson json, GenerationOptionsBuilder to) {
        this.json = json;
        this.to = to;
        keys = json.keys();
    }

    static GenerationOptions of(Checkpoint checkpoint) {
        Path file = checkpoint.folder().resolve("generation_config.json");
        boolean own = Files.exists(file);
        try {
            return own ? ofFile(file) : ofDecoders(ConfigJson.of(checkpoint));
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(
                    e.getMessage(),
                    own ? file : checkpoint.configFile(),
                    "mend the value there; what a call asks for is added to it.",
                    e);
        }
    }

    /** Unknown keys are ignored, as there. */
    private static GenerationOptions ofFile(Path file) {
        GenerationOptionsBuilder to = new GenerationOptionsBuilder();
        new GenerationKeys(ConfigJson.of(JsonFile.read(file), file), to).read();
        return built(to);
    }

    private static GenerationOptions ofDecoders(ConfigJson config) {
        GenerationOptionsBuilder to = new GenerationOptionsBuilder();
        Stream<ConfigJson> decoders = DECODERS.stream().flatMap(key -> config.object(key).stream());
        Stream.concat(decoders, Stream.of(config)).forEach(part -> readModel(part, to));
        return built(to);
    }

    private static GenerationOptions built(GenerationOptionsBuilder to) {
        if (to.maxLength.equals(OptionalInt.of(DEFAULT_LENGTH))) {
            to.maxLength = OptionalInt.empty();
        }
        return to.build();
    }

    static GenerationOptions ofModel(ConfigJson config) {
        GenerationOptionsBuilder to = new GenerationOptionsBuilder();
        readModel(config, to);
        return to.build();
    }

    /** In a model's description null means that nothing is said. */
    private static void readModel(ConfigJson config, GenerationOptionsBuilder to) {
        GenerationKeys reader = new GenerationKeys(config, to);
        reader.keys.removeIf(key -> !config.has(key));
        reader.read();
    }

    static GenerationOptions overridden(GenerationOptionsBuilder to, ConfigJson keywords) {
        Set<String> unknown = new TreeSet<>(keywords.keys());
        unknown.removeAll(KNOWN);
        unknown.removeAll(MissingMode.keys());
        Check.that(unknown.isEmpty(), "Options %s aren't known; known: %s.", unknown, new TreeSet<>(KNOWN));
        new GenerationKeys(keywords, to).read();
        GenerationOptions options = to.build();
        MissingMode.refuse(options);
        return options;
    }

    private void read() {
        to.unsupported = MissingMode.asked(json, keys, to.unsupported);
        readLengths();
        readDraws();
        readBeams();
        readPenalties();
        readTokens();
    }

    private boolean has(String key) {
        return keys.contains(key);
    }

    private void readLengths() {
        if (json.has("max_new_tokens")) {
            to.maxNewTokens(json.integer("max_new_tokens", 0));
        } else if (json.has("max_length") && to.maxNewTokens.isEmpty()) {
            to.maxLength(json.integer("max_length", 0));
        }
        if (json.has("min_new_tokens")) {
            to.minNewTokens(json.integer("min_new_tokens", 0));
        } else if (has("min_length") && to.minNewTokens == 0) {
            to.minLength(json.integer("min_length", 0));
        }
    }

    private void readDraws() {
        to.sample = has("do_sample") ? json.flag("do_sample", false) : to.sample;
        to.temperature = number("temperature", 1, to.temperature);
        to.topK = integer("top_k", 0, to.topK);
        to.topP = number("top_p", 1, to.topP);
        to.minP = number("min_p", 0, to.minP);
        to.typicalP = number("typical_p", 1, to.typicalP);
        to.epsilonCutoff = number("epsilon_cutoff", 0, to.epsilonCutoff);
        to.etaCutoff = number("eta_cutoff", 0, to.etaCutoff);
    }

    private void readBeams() {
        to.beams = integer("num_beams", 1, to.beams);
        to.lengthPenalty = number("length_penalty", 1, to.lengthPenalty);
        to.returnedSequences = integer("num_return_sequences", 1, to.returnedSequences);
        if (has("early_stopping")) {
            boolean never = json.value("early_stopping").asText().equals("never");
            boolean early = !never && json.flag("early_stopping", false);
            to.earlyStopping = never ? EarlyStopping.NEVER : early ? EarlyStopping.TRUE : EarlyStopping.FALSE;
        }
    }

    private void readPenalties() {
        to.repetitionPenalty = number("repetition_penalty", 1, to.repetitionPenalty);
        to.encoderRepetitionPenalty = number("encoder_repetition_penalty", 1, to.encoderRepetitionPenalty);
        to.noRepeatNgram = integer("no_repeat_ngram_size", 0, to.noRepeatNgram);
        to.encoderNoRepeatNgram = integer("encoder_no_repeat_ngram_size", 0, to.encoderNoRepeatNgram);
        to.renormalize = has("renormalize_logits") ? json.flag("renormalize_logits", false) : to.renormalize;
        to.removeInvalidValues =
                has("remove_invalid_values") ? json.flag("remove_invalid_values", false) : to.removeInvalidValues;
        to.badWords = has("bad_words_ids") ? sequences("bad_words_ids") : to.badWords;
        to.sequenceBias = has("sequence_bias") ? biases("sequence_bias") : to.sequenceBias;
        to.exponentialDecay = has("exponential_decay_length_penalty")
                ? decay("exponential_decay_length_penalty")
                : to.exponentialDecay;
        to.stopStrings = has("stop_strings") ? texts("stop_strings") : to.stopStrings;
    }

    private void readTokens() {
        to.suppressTokens = ids("suppress_tokens", to.suppressTokens);
        to.beginSuppressTokens = ids("begin_suppress_tokens", to.beginSuppressTokens);
        to.forcedEos = ids("forced_eos_token_id", to.forcedEos);
        to.eos = ids("eos_token_id", to.eos);
        to.forcedBos = id("forced_bos_token_id", to.forcedBos);
        to.pad = id("pad_token_id", to.pad);
        to.bos = id("bos_token_id", to.bos);
        to.decoderStart = id("decoder_start_token_id", to.decoderStart);
    }

    /** @param off what null stands for */
    private double number(String key, double off, double before) {
        return has(key) ? json.number(key, off) : before;
    }

    private int integer(String key, int off, int before) {
        return has(key) ? json.integer(key, off) : before;
    }

    private OptionalLong id(String key, OptionalLong before) {
        return has(key)
                ? ids(key, List.of()).stream().mapToLong(Long::longValue).findFirst()
                : before;
    }

    /** One or several; a negative one stands for none. */
    private List<Long> ids(String key, List<Long> before) {
        if (!has(key)) {
            return before;
        }
        int[] numbers = json.value(key).isArray() ? json.integers(key) : new int[] {json.integer(key, -1)};
        return IntStream.of(numbers)
                .filter(id -> id >= 0)
                .asLongStream()
                .boxed()
                .toList();
    }

    private List<List<Long>> sequences(String key) {
        List<List<Long>> sequences = new ArrayList<>();
        for (JsonNode sequence : list(key, "a list of lists of ids")) {
            sequences.add(sequence(key, "a list of lists of ids", sequence));
        }
        return sequences;
    }

    private List<Long> sequence(String key, String expected, JsonNode list) {
        List<Long> ids = new ArrayList<>();
        if (!list.isArray()) {
            throw json.wrong(key, expected);
        }
        for (JsonNode id : list) {
            if (!id.isIntegralNumber() || !id.canConvertToInt()) {
                throw json.wrong(key, expected);
            }
            ids.add(id.longValue());
        }
        return ids;
    }

    private Map<List<Long>, Double> biases(String key) {
        String expected = "a list of pairs of a list of ids and a number";
        Map<List<Long>, Double> biases = new LinkedHashMap<>();
        for (JsonNode pair : list(key, expected)) {
            if (pair.size() != 2 || !pair.path(1).isNumber()) {
                throw json.wrong(key, expected);
            }
            biases.put(sequence(key, expected, pair.path(0)), pair.path(1).doubleValue());
        }
        return biases;
    }

    private Optional<ExponentialDecay> decay(String key) {
        JsonNode pair = list(key, "a start and a factor");
        if (pair.isEmpty()) {
            return Optional.empty();
        }
        if (pair.size() != 2 || !pair.path(0).isInt() || !pair.path(1).isNumber()) {
            throw json.wrong(key, "a start and a factor");
        }
        return Optional.of(
                new ExponentialDecay(pair.path(0).intValue(), pair.path(1).doubleValue()));
    }

    private JsonNode list(String key, String expected) {
        JsonNode value = json.value(key);
        if (!value.isArray() && !value.isNull()) {
            throw json.wrong(key, expected);
        }
        return value;
    }

    private List<String> texts(String key) {
        return json.value(key).isTextual() ? List.of(json.value(key).textValue()) : json.texts(key);
    }
}
