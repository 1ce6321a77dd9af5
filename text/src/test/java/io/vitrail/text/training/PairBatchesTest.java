package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.DjlEngine;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pairs as arrays: padded behind, and what is written a place later than what is to be written. */
class PairBatchesTest {
    private static final TransformerRecipe TWO = TinyTransformer.recipe(1, 2, 5);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @TempDir
    private Path folder;

    private Tokenizer tokenizer;

    @BeforeEach
    void load() {
        new SavedTransformer(folder, new CharacterTokenizer("abc"), TWO).saveTexts();
        tokenizer = Tokenizer.load(folder);
    }

    @AfterEach
    void free() {
        tokenizer.close();
        manager.close();
    }

    @Test
    void aBatchIsPaddedAndItsAnswersAreShifted() {
        Iterator<TextPair> pairs =
                List.of(new TextPair("ab", "b"), new TextPair("cca", "bac")).iterator();
        PairBatches.Learned learned = new PairBatches(random -> pairs.next(), tokenizer, TWO).arrays(0, manager);
        assertThat(learned.data()).hasSize(3);
        check(learned.data().get(0), 3, 4, 1, 0, 5, 5, 3, 1);
        check(learned.data().get(1).toType(DataType.INT64, false), 1, 1, 1, 0, 1, 1, 1, 1);
        check(learned.data().get(2), 0, 4, 1, 0, 0, 4, 3, 5);
        check(learned.labels().singletonOrThrow(), 4, 1, 0, 0, 4, 3, 5, 1);
    }

    private static void check(NDArray array, long... expected) {
        assertThat(array.getShape()).isEqualTo(new Shape(2, 4));
        assertThat(array.toLongArray()).containsExactly(expected);
    }

    @Test
    void stepAndSeedDecideAlone() {
        assertThat(sources(5, 3)).containsExactly(sources(5, 3)).isNotEqualTo(sources(5, 4));
        assertThat(sources(6, 3)).isNotEqualTo(sources(5, 3));
    }

    private long[] sources(long seed, int step) {
        TransformerRecipe recipe = TinyTransformer.recipe(1, 16, seed);
        return new PairBatches(PairBatchesTest::letter, tokenizer, recipe)
                .arrays(step, manager)
                .data()
                .get(0)
                .toLongArray();
    }

    private static TextPair letter(SplittableRandom random) {
        String letter = List.of("a", "b", "c").get(random.nextInt(3));
        return new TextPair(letter, letter);
    }

    @Test
    void anUnknownCharacterIsRefused() {
        PairBatches batches = new PairBatches(random -> new TextPair("ab", "adb"), tokenizer, TWO);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> batches.arrays(0, manager))
                .withMessage("The text 'adb' has a character that isn't among the model's.");
    }
}
