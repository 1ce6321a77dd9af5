package io.vitrail.vit.fewshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A cache whose keys are trained. */
class TunedTipAdapterTest {
    private static final int WIDTH = 16;
    private static final int CLASSES = 5;

    private final Random random = new Random(3);
    private final float[][] directions = IntStream.range(0, CLASSES)
            .mapToObj(k -> unit(new double[WIDTH], 1).values())
            .toArray(float[][]::new);

    @TempDir
    private Path folder;

    private static JsonNode recorded(String name) throws IOException {
        try (InputStream in = TunedTipAdapterTest.class.getResourceAsStream("/few-shot/" + name)) {
            return new ObjectMapper().readTree(in);
        }
    }

    private static List<Embedding> vectors(JsonNode rows) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> {
                    float[] values = new float[row.size()];
                    IntStream.range(0, values.length)
                            .forEach(i -> values[i] = (float) row.path(i).asDouble());
                    return new Embedding(values);
                })
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"1, 5.5, 20, 0.001, 1 5.5 20 0.001", "3, 2, 50, 0.05, 3 2 50 0.05"})
    void probabilitiesAreThoseOfKeysThatPyTorchTrained(double alpha, double beta, int epochs, double rate, String key)
            throws IOException {
        JsonNode given = recorded("few_shot.json");
        List<Embedding> all = vectors(given.path("examples"));
        Examples examples = Examples.NONE;
        int first = 0;
        for (JsonNode count : given.path("counts")) {
            examples = examples.with("class " + first, all.subList(first, first + count.asInt()));
            first += count.asInt();
        }
        FrozenFeatures features = new NamedFeatures(new NameVectors(vectors(given.path("names")), 10));
        ClassHead head = new TunedTipAdapter(new TipAdapter(alpha, beta), epochs, rate, 1).learn(examples, features);
        JsonNode expected = recorded("tip_f.json").path(key);
        List<Embedding> queries = vectors(given.path("queries"));
        assertThat(expected).hasSize(queries.size());
        for (int i = 0; i < queries.size(); i++) {
            double[] actual = head.logits(queries.get(i).values());
            Rows.softmax(actual);
            for (int k = 0; k < actual.length; k++) {
                assertThat(actual[k]).isCloseTo(expected.path(i).path(k).asDouble(-1), within(2e-6));
            }
        }
    }

    private Embedding unit(double[] around, double spread) {
        double[] values = new double[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            values[i] = around[i] + spread * random.nextGaussian();
        }
        return new Embedding(Rows.unit(values));
    }

    /** Classes that overlap, and names that tell little of them. */
    private Examples overlapping(int each) {
        Examples examples = Examples.NONE;
        for (int k = 0; k < CLASSES; k++) {
            double[] direction = new double[WIDTH];
            Rows.add(1, directions[k], direction);
            List<Embedding> some = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                some.add(unit(direction, 0.5));
            }
            examples = examples.with("class " + k, some);
        }
        return examples;
    }

    private FrozenFeatures names() {
        List<Embedding> names = new ArrayList<>();
        for (float[] direction : directions) {
            double[] around = new double[WIDTH];
            Rows.add(1, direction, around);
            names.add(unit(around, 0.6));
        }
        return new NamedFeatures(new NameVectors(names, 5), List.of("a {}"));
    }

    private static double loss(ClassHead head, Examples examples) {
        double sum = 0;
        for (int i = 0; i < examples.size(); i++) {
            double[] logits = head.logits(examples.rows()[i]);
            Rows.softmax(logits);
            sum -= Math.log(logits[examples.labels()[i]]);
        }
        return sum / examples.size();
    }

    private static long right(ClassHead head, Examples examples) {
        return IntStream.range(0, examples.size())
                .filter(i -> {
                    double[] logits = head.logits(examples.rows()[i]);
                    int best = IntStream.range(0, logits.length).reduce(0, (a, b) -> logits[b] > logits[a] ? b : a);
                    return best == examples.labels()[i];
                })
                .count();
    }

    @Test
    void isBetterOnWhatItLearnedFromThanKeysThatAreNotTrained() {
        Examples examples = overlapping(12);
        FrozenFeatures names = names();
        ClassHead plain = TipAdapter.DEFAULT.learn(examples, names);
        ClassHead tuned = new TunedTipAdapter(TipAdapter.DEFAULT, 50, 1e-2, 1).learn(examples, names);
        assertThat(loss(tuned, examples)).isLessThan(0.8 * loss(plain, examples));
        assertThat(right(plain, examples)).isLessThan(examples.size());
        assertThat(right(tuned, examples)).isGreaterThan(right(plain, examples));
    }

    @Test
    void theSeedDecidesTheOrderWhereExamplesMakeSeveralBatches() {
        Examples examples = overlapping(70);
        FrozenFeatures names = names();
        float[] x = examples.rows()[3];
        double[] once = tuned(1).learn(examples, names).logits(x);
        assertThat(tuned(1).learn(examples, names).logits(x)).containsExactly(once);
        assertThat(tuned(2).learn(examples, names).logits(x)).isNotEqualTo(once);
    }

    private static TunedTipAdapter tuned(int seed) {
        return new TunedTipAdapter(TipAdapter.DEFAULT, 2, 1e-2, seed);
    }

    @Test
    void isLoadedAsItWasSavedAndLearnsFurtherClasses() {
        Examples examples = overlapping(4);
        FrozenFeatures names = names();
        TunedTipAdapter method = tuned(7);
        FewShotClassifier.learn(names, examples, method).save(folder);
        SavedFewShot saved = SavedFewShot.read(folder);
        assertThat(saved.method()).isEqualTo(method);
        assertThat(saved.templates()).containsExactly("a {}");
        float[] x = examples.rows()[3];
        assertThat(saved.head(folder).logits(x))
                .containsExactly(method.learn(examples, names).logits(x))
                .isNotEqualTo(TipAdapter.DEFAULT.learn(examples, names).logits(x));
        assertThat(FewShotClassifier.load(folder, names).classes()).hasSize(CLASSES);
    }

    @ParameterizedTest
    @CsvSource({"'\"epochs\" : 2', '\"epochs\" : 0', method.epochs", "'\"rate\" : 0.01', '\"rate\" : 7', method.epochs"
    })
    void settingsOfAFileThatAreOutOfRangeAreRefused(String from, String to, String key) throws IOException {
        FewShotClassifier.learn(names(), overlapping(2), tuned(7)).save(folder);
        Path file = folder.resolve("few-shot.json");
        assertThat(Files.readString(file)).contains(from);
        Files.writeString(file, Files.readString(file).replace(from, to));
        assertThatThrownBy(() -> SavedFewShot.read(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(key);
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TunedTipAdapter(TipAdapter.DEFAULT, 0, 1e-3, 0))
                .withMessage("Epochs are 1 to 1000, not 0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TunedTipAdapter(TipAdapter.DEFAULT, 1, Double.NaN, 0))
                .withMessage("The learning rate lies above 0 and at most at 1, not at NaN.");
    }
}
