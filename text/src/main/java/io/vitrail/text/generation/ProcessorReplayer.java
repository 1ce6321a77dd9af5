package io.vitrail.text.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Replays chains of score processors, named by the reference's classes, on given scores. */
public final class ProcessorReplayer implements GoldenReplayer {
    /** The reference's processors without the ends of their names, by which its arguments make ours. */
    private static final Map<String, Function<Arguments, ScoreProcessor>> PROCESSORS = new HashMap<>();

    static {
        PROCESSORS.put("Temperature", a -> new Temperature(a.number("temperature")));
        PROCESSORS.put("TopK", a -> new TopK(Math.max(a.integer("top_k"), a.atLeast())));
        PROCESSORS.put("TopP", a -> new TopP(a.number("top_p"), a.atLeast()));
        PROCESSORS.put("MinP", a -> new MinP(a.number("min_p"), a.atLeast()));
        PROCESSORS.put("Typical", a -> new Typical(a.number("mass"), a.atLeast()));
        PROCESSORS.put("Epsilon", a -> new EpsilonCutoff(a.number("epsilon"), a.atLeast()));
        PROCESSORS.put("Eta", a -> new EtaCutoff(a.number("epsilon"), a.atLeast()));
        PROCESSORS.put("RepetitionPenalty", a -> new RepetitionPenalty(a.number("penalty"), a.from()));
        PROCESSORS.put("NoRepeatNGram", a -> new NoRepeatNgram(a.integer("ngram_size")));
        PROCESSORS.put(
                "SequenceBias", a -> new SequenceBias(a.keys("sequence_bias").sequenceBias()));
        PROCESSORS.put(
                "NoBadWords",
                a -> SequenceBias.forbidding(a.keys("bad_words_ids").badWords(), a.ids("eos_token_id")));
        PROCESSORS.put("MinLength", a -> Suppression.before(a.integer("min_length"), a.ids("eos_token_id")));
        PROCESSORS.put(
                "MinNewTokensLength",
                a -> Suppression.before(
                        a.integer("prompt_length_to_skip") + a.integer("min_new_tokens"), a.ids("eos_token_id")));
        PROCESSORS.put("ForcedBOSToken", a -> new Forcing(1, a.ids("bos_token_id")));
        PROCESSORS.put("ForcedEOSToken", a -> new Forcing(a.integer("max_length") - 1, a.ids("eos_token_id")));
        PROCESSORS.put("InfNanRemove", a -> new FiniteScores());
        PROCESSORS.put("ExponentialDecayLengthPenalty", ProcessorReplayer::decay);
        PROCESSORS.put("SuppressTokens", a -> Suppression.everywhere(a.ids("suppress_tokens")));
        PROCESSORS.put(
                "SuppressTokensAtBegin",
                a -> Suppression.behind(a.integer("begin_index"), a.ids("begin_suppress_tokens")));
        PROCESSORS.put("LogitNormalization", a -> new LogSoftmax());
    }

    private static ScoreProcessor decay(Arguments arguments) {
        ExponentialDecay decay = arguments
                .keys("exponential_decay_length_penalty")
                .exponentialDecay()
                .orElseThrow();
        int start = decay.start() + arguments.integer("input_ids_seq_length");
        return new LengthDecay(start, decay.factor(), arguments.ids("eos_token_id"));
    }

    /** The keyword arguments of a processor. */
    private record Arguments(ObjectNode json) {
        private ConfigJson config() {
            return new ConfigJson(json);
        }

        double number(String key) {
            Check.that(json.hasNonNull(key), "The argument '%s' is missing.", key);
            return config().number(key, 0);
        }

        int integer(String key) {
            Check.that(json.hasNonNull(key), "The argument '%s' is missing.", key);
            return config().integer(key, 0);
        }

        int atLeast() {
            return config().integer("min_tokens_to_keep", 1);
        }

        int from() {
            return config().integer("prompt_ignore_length", 0);
        }

        /** One id or several. */
        List<Long> ids(String key) {
            JsonNode value = json.path(key);
            int[] ids = value.isArray() ? config().integers(key) : new int[] {config().integer(key, -1)};
            return Arrays.stream(ids)
                    .filter(id -> id >= 0)
                    .asLongStream()
                    .boxed()
                    .toList();
        }

        /** One argument that generate has under the same name, with the end tokens that it may ask for. */
        GenerationOptions keys(String key) {
            ObjectNode some = JsonNodeFactory.instance.objectNode();
            Stream.of(key, "eos_token_id").filter(json::has).forEach(name -> some.set(name, json.get(name)));
            return GenerationOptions.defaults().with(new ConfigJson(some));
        }
    }

    @Override
    public Set<String> families() {
        return Set.of("logits_processors");
    }

    @Override
    public boolean computesWithOperations(GoldenCall call) {
        return false;
    }

    @Override
    public Replayed replay(GoldenCall call, Map<String, GoldenTensor> inputs, Path path) {
        Check.that(call.operation().equals("logits_process"), "Operation '%s' isn't known.", call.operation());
        call.onlyOptions(Set.of());
        call.onlyInputs(Set.of("input_ids", "scores"));
        GoldenTensor ids = inputs.get("input_ids");
        GoldenTensor scores = inputs.get("scores");
        Check.that(ids != null && scores != null, "The call needs input_ids and scores.");
        List<ScoreProcessor> processors = new ArrayList<>();
        call.json().path("processors").forEach(entry -> processors.add(processor(entry)));
        int length = (int) ids.shape()[1];
        int vocabulary = (int) scores.shape()[1];
        float[] all = scores.floats().clone();
        for (int row = 0; row < scores.shape()[0]; row++) {
            History history = History.of(Arrays.copyOfRange(ids.integers(), row * length, (row + 1) * length));
            float[] own = Arrays.copyOfRange(all, row * vocabulary, (row + 1) * vocabulary);
            new ProcessorChain(processors).process(history, own);
            System.arraycopy(own, 0, all, row * vocabulary, vocabulary);
        }
        return Replayed.of(Map.of("scores", GoldenTensor.of(scores.shape(), all)));
    }

    private static ScoreProcessor processor(JsonNode entry) {
        String name = entry.path(0).asText().replaceFirst("Logits(Processor|Warper)$", "");
        Check.that(PROCESSORS.containsKey(name), "The processor '%s' isn't known.", entry.path(0));
        Check.that(entry.path(1).isObject(), "The arguments of '%s' must be an object.", name);
        return PROCESSORS.get(name).apply(new Arguments((ObjectNode) entry.get(1)));
    }

    @Override
    public void close() {
        // nothing is kept
    }
}
