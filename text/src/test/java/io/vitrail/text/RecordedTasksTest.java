package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.text.QuestionAnswerer.Answer;
import io.vitrail.text.QuestionAnswerer.Borders;
import io.vitrail.text.QuestionAnswerer.Impossible;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.JsonFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tasks give what the reference's pipelines give, for each recorded call. */
class RecordedTasksTest {
    private static final double TOLERANCE = 1e-5;

    private static JsonNode calls(String task) {
        JsonNode calls = JsonFile.readList(Goldens.task(task).resolve("expected.json"));
        assertThat(calls).isNotEmpty();
        return calls;
    }

    @ParameterizedTest
    @ValueSource(strings = {"moods", "several_moods", "stars"})
    void textClassifier(String task) {
        for (JsonNode call : calls(task)) {
            Optional<ScoreFunction> function = Optional.ofNullable(
                            call.path("options").get("function_to_apply"))
                    .map(name -> ScoreFunction.valueOf(name.asText().toUpperCase(Locale.ROOT)));
            TextClassifier.Options options = new TextClassifier.Options(function, TextClassifier.LongTexts.REFUSED);
            JsonNode pair = call.path("input").path("inputs");
            TokenizerInput input = pair.isObject()
                    ? TokenizerInput.pair(
                            pair.path("text").asText(), pair.path("text_pair").asText())
                    : TokenizerInput.of(call.path("input").asText());
            try (TextClassifier classifier = TextClassifier.load(Goldens.task(task), options, Compute.DEFAULT)) {
                List<LabelScore> labels =
                        classifier.classify(List.of(input)).get(0).labels();
                assertThat(labels).hasSameSizeAs(call.path("output"));
                for (int i = 0; i < labels.size(); i++) {
                    JsonNode expected = call.path("output").get(i);
                    assertThat(labels.get(i).label())
                            .isEqualTo(expected.path("label").asText());
                    assertThat(labels.get(i).score())
                            .isCloseTo(expected.path("score").asDouble(), within(TOLERANCE));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert_words", "roberta_words"})
    void fillMask(String task) {
        for (JsonNode call : calls(task)) {
            List<String> targets = new ArrayList<>();
            call.path("options").path("targets").forEach(target -> targets.add(target.asText()));
            FillMask.Options options =
                    new FillMask.Options(call.path("options").path("top_k").asInt(5), targets);
            JsonNode output = call.path("output");
            try (FillMask fillMask = FillMask.load(Goldens.task(task), options, Compute.DEFAULT)) {
                List<List<FillMask.Guess>> masks =
                        fillMask.fill(call.path("input").asText());
                for (int i = 0; i < masks.size(); i++) {
                    JsonNode expected = output.get(0).isArray() ? output.get(i) : output;
                    assertThat(masks.get(i)).hasSameSizeAs(expected);
                    for (int j = 0; j < expected.size(); j++) {
                        assertGuess(masks.get(i).get(j), expected.get(j));
                    }
                }
            }
        }
    }

    private static void assertGuess(FillMask.Guess guess, JsonNode expected) {
        assertThat(guess.id()).isEqualTo(expected.path("token").asLong());
        assertThat(guess.word()).isEqualTo(expected.path("token_str").asText());
        assertThat(guess.text()).isEqualTo(expected.path("sequence").asText());
        assertThat(guess.score()).isCloseTo(expected.path("score").asDouble(), within(TOLERANCE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert_entities", "roberta_entities"})
    void tokenClassifier(String task) {
        for (JsonNode call : calls(task)) {
            JsonNode given = call.path("options");
            List<String> ignored = new ArrayList<>();
            given.path("ignore_labels").forEach(label -> ignored.add(label.asText()));
            TokenClassifier.Options options = new TokenClassifier.Options(
                    Aggregation.valueOf(
                            given.path("aggregation_strategy").asText().toUpperCase(Locale.ROOT)),
                    ignored.isEmpty() ? List.of("O") : ignored,
                    given.has("stride") ? OptionalInt.of(given.path("stride").asInt()) : OptionalInt.empty());
            String text = call.path("input").asText();
            try (TokenClassifier classifier = TokenClassifier.load(Goldens.task(task), options, Compute.DEFAULT)) {
                List<Entity> entities = classifier.classify(text);
                assertThat(entities).as("%s of %s", given, text).hasSameSizeAs(call.path("output"));
                for (int i = 0; i < entities.size(); i++) {
                    assertEntity(entities.get(i), call.path("output").get(i), text);
                }
            }
        }
    }

    private static void assertEntity(Entity entity, JsonNode expected, String text) {
        String label =
                expected.path("entity").asText(expected.path("entity_group").asText());
        assertThat(entity.label()).isEqualTo(label);
        assertThat(entity.score()).isCloseTo(expected.path("score").asDouble(), within(TOLERANCE));
        assertThat(text.codePointCount(0, entity.start()))
                .isEqualTo(expected.path("start").asInt());
        assertThat(text.codePointCount(0, entity.end()))
                .isEqualTo(expected.path("end").asInt());
        if (!expected.path("word").asText().contains("\uFFFD")) { // the reference decodes such words twice
            assertThat(entity.word()).isEqualTo(expected.path("word").asText());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert_answers", "roberta_answers", "distilbert_answers"})
    void questionAnswerer(String task) {
        for (JsonNode call : calls(task)) {
            JsonNode given = call.path("options");
            QuestionAnswerer.Options options = new QuestionAnswerer.Options(
                    given.path("top_k").asInt(1),
                    given.path("max_answer_len").asInt(15),
                    number(given, "max_seq_len"),
                    number(given, "doc_stride"),
                    given.path("handle_impossible_answer").asBoolean() ? Impossible.ALLOWED : Impossible.EXCLUDED,
                    given.path("align_to_words").asBoolean(true) ? Borders.WORDS : Borders.TOKENS);
            String context = call.path("input").path("context").asText();
            try (QuestionAnswerer answerer = QuestionAnswerer.load(Goldens.task(task), options, Compute.DEFAULT)) {
                List<Answer> answers =
                        answerer.answer(call.path("input").path("question").asText(), context);
                JsonNode output = call.path("output");
                assertThat(answers).as("%s", call).hasSize(output.isArray() ? output.size() : 1);
                for (int i = 0; i < answers.size(); i++) {
                    assertAnswer(answers.get(i), output.isArray() ? output.get(i) : output, context);
                }
            }
        }
    }

    private static OptionalInt number(JsonNode options, String key) {
        return options.has(key) ? OptionalInt.of(options.path(key).asInt()) : OptionalInt.empty();
    }

    private static void assertAnswer(Answer answer, JsonNode expected, String context) {
        assertThat(answer.text()).isEqualTo(expected.path("answer").asText());
        assertThat(answer.score()).isCloseTo(expected.path("score").asDouble(), within(TOLERANCE));
        assertThat(context.codePointCount(0, answer.start()))
                .isEqualTo(expected.path("start").asInt());
        assertThat(context.codePointCount(0, answer.end()))
                .isEqualTo(expected.path("end").asInt());
    }

    @Test
    void textEmbedder() {
        for (TextPooling pooling : TextPooling.values()) {
            TextEmbedder.Options options = new TextEmbedder.Options(Optional.of(pooling), TextEmbedder.Length.RAW);
            try (TextEmbedder embedder = TextEmbedder.load(Goldens.task("vectors"), options, Compute.DEFAULT)) {
                for (JsonNode call : calls("vectors")) {
                    if (call.path("options").path("pooling").asText().equals(pooling.name())) {
                        assertVector(embedder.embed(call.path("input").asText()), call.path("output"));
                    }
                }
            }
        }
    }

    private static void assertVector(Embedding vector, JsonNode expected) {
        float[] values = new float[expected.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) expected.get(i).asDouble();
        }
        assertThat(vector.values()).containsExactly(values, within((float) TOLERANCE));
    }
}
