package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.DistanceBias;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Attention among more tokens than are masked at a time: equal to the readable one, in memory that grows with their
 * number.
 */
class LongAttentionTest {
    private static final Operations READABLE = ReadableOperations.INSTANCE;
    private static final Path STATUS = Path.of("/proc/self/status");

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    private AttentionMask padding(int keys) {
        NDArray real = manager.ones(new Shape(2, keys));
        real.set(new NDIndex("0, :37"), 0);
        real.set(new NDIndex("1, {}:", keys - 5), 0);
        return new AttentionMask.Padding(real);
    }

    @ParameterizedTest
    @EnumSource
    void equalsTheReadableOne(Face face) {
        for (int earlier : new int[] {0, 45}) {
            int keys = 530 + earlier;
            AttentionMask padding = padding(keys);
            AttentionMask bias = new AttentionMask.Bias(manager.randomNormal(new Shape(1, 3, 530, keys)));
            for (AttentionMask mask : List.of(
                    AttentionMask.CAUSAL,
                    AttentionMask.CAUSAL.and(padding),
                    AttentionMask.CAUSAL.and(padding.computed(manager)),
                    AttentionMask.CAUSAL.and(bias),
                    distances(3, 530, keys),
                    distances(3, 530, keys).and(padding),
                    distances(3, 530, keys).and(AttentionMask.CAUSAL.and(padding)),
                    new AttentionMask.Window(60),
                    new AttentionMask.Window(60).and(padding),
                    new AttentionMask.Window(300).and(padding),
                    new AttentionMask.Window(1000))) {
                assertEqual(face, mask, earlier);
            }
        }
    }

    private AttentionMask distances(int heads, int queries, int keys) {
        return new DistanceBias(manager.randomNormal(new Shape(heads, 2L * keys - 1)), queries);
    }

    private void assertEqual(Face face, AttentionMask mask, int earlier) {
        NDArray q = manager.randomNormal(new Shape(2, 3, 530, 8));
        NDArray k = manager.randomNormal(new Shape(2, 3, 530 + earlier, 8));
        NDArray v = manager.randomNormal(new Shape(2, 3, 530 + earlier, 8));
        Operations fast = face.operations();
        int before = manager.getManagedArrays().size();
        NDArray actual = fast.leave(fast.attention(fast.enter(q), fast.enter(k), fast.enter(v), mask, 0.3f));
        assertThat(manager.getManagedArrays()).hasSizeLessThanOrEqualTo(before + 3); // the result, and masks at most
        NDArray expected = READABLE.attention(q, k, v, mask, 0.3f);
        NDArray rest = expected.get(":, :, 40:"); // rows before see padding alone
        assertThat(face.distance(actual.get(":, :, 40:"), rest))
                .as(mask.toString())
                .isLessThan(face.tolerance());
    }

    @Test
    void memoryGrowsWithTheNumberOfTokensAlone() throws IOException {
        assumeTrue(Files.exists(STATUS));
        int tokens = 8000; // a matrix of all pairs would take 256 MB
        NDArray q = manager.randomNormal(new Shape(1, 1, tokens, 4));
        AttentionMask padding = new AttentionMask.Padding(manager.ones(new Shape(1, tokens)));
        Operations fast = Face.ONE_DNN_FLOAT32.operations();
        long before = peak();
        for (AttentionMask mask : List.of(
                AttentionMask.CAUSAL,
                AttentionMask.CAUSAL.and(padding),
                new AttentionMask.Window(100).and(padding),
                distances(1, tokens, tokens),
                distances(1, tokens, tokens).and(padding))) {
            fast.attention(q, q, q, mask, 1).close();
        }
        fast.attention(fast.tokens(q, 5, tokens), q, q, AttentionMask.CAUSAL, 1).close(); // behind earlier ones
        assertThat(peak() - before).isLessThan(150_000);
    }

    @ParameterizedTest
    @EnumSource
    void keysThatNobodyInABlockMaySeeAreNotLookedAt(Face face) {
        Operations fast = face.operations();
        NDArray q = manager.randomNormal(new Shape(2, 3, 530, 8));
        NDArray early = manager.randomNormal(new Shape(2, 3, 530, 8));
        early.set(new NDIndex(":, :, :440"), Float.NaN);
        AttentionMask window = new AttentionMask.Window(60);
        NDArray y = fast.leave(fast.attention(fast.enter(q), fast.enter(early), fast.enter(early), window, 1));
        assertThat(y.get(":, :, 512:").sum().getFloat()).isFinite(); // the third block sees keys from 453 on
        NDArray late = manager.randomNormal(new Shape(2, 3, 530, 8));
        late.set(new NDIndex(":, :, 256:"), Float.NaN);
        AttentionMask causal = AttentionMask.CAUSAL.and(padding(530));
        NDArray z = fast.leave(fast.attention(fast.enter(q), fast.enter(late), fast.enter(late), causal, 1));
        assertThat(z.get(":, :, :256").sum().getFloat()).isFinite();
    }

    /** Most memory of this process so far, in kB. */
    private static long peak() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void someTokensAreAView(Face face) {
        NDArray x = manager.randomNormal(new Shape(2, 3, 7, 4));
        NDArray some = face.operations().tokens(x, 2, 5);
        assertThat(some).isEqualTo(READABLE.tokens(x, 2, 5));
        assertThat(some.getManager()).isSameAs(manager);
        x.muli(2);
        assertThat(some).isEqualTo(READABLE.tokens(x, 2, 5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> face.operations().tokens(x, 5, 8))
                .withMessage("(2, 3, 7, 4) has no tokens 5 to 8.");
    }

    @ParameterizedTest
    @EnumSource
    void aSharedTableIsReadAsItIs(Face face) {
        NDArray table = manager.randomNormal(new Shape(53, 19));
        NDArray x = manager.randomNormal(new Shape(2, 3, 19));
        Operations outside = face.outside();
        assertThat(face.operations().computesWithLoaded()).isEqualTo(face == Face.PLAIN_FLOAT32);
        for (Optional<NDArray> bias :
                List.of(Optional.<NDArray>empty(), Optional.of(manager.randomNormal(new Shape(53))))) {
            Affine loaded = new Affine(table, bias, 19, 53);
            NDArray scores = outside.sharedLinear(x, loaded);
            assertThat(face.distance(scores, READABLE.sharedLinear(x, loaded))).isLessThan(2e-6f);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> outside.sharedLinear(table, new Affine(table, Optional.empty(), 20, 53)))
                .withMessage("x is (53, 19); its last axis must be 20 wide.");
    }
}
