package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.BucketedPositionBias.Sight;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A number for each bucket of distances. Expected buckets: T5Attention of transformers 4.57.6. */
class BucketedPositionBiasTest {
    private static final Pass PASS = Pass.inference(ReadableOperations.INSTANCE);
    private static final long[] FAR = {
        -500, -128, -127, -91, -90, -64, -63, -46, -45, -32, -31, -17, -16, -15, 0, 7, 8, 11, 12, 90, 91, 127, 128, 129
    };

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void nearDistancesHaveABucketEachAndFarOnesShare() {
        assertThat(buckets(new BucketedPositionBias(Sight.BOTH_SIDES, 9, 11, 1), -10, 10))
                .containsExactly(3, 3, 3, 3, 3, 3, 2, 2, 2, 1, 0, 5, 6, 6, 6, 7, 7, 7, 7, 7, 7);
        assertThat(buckets(new BucketedPositionBias(Sight.BEFORE, 9, 11, 1), -12, 2))
                .containsExactly(8, 8, 8, 8, 7, 6, 6, 5, 4, 3, 2, 1, 0, 0, 0);
    }

    private static long[] buckets(BucketedPositionBias bias, long first, long last) {
        return LongStream.rangeClosed(first, last).map(bias::bucket).toArray();
    }

    /** Where single precision decides. */
    @Test
    void distancesAtABucketsEdgeFallAsInTheReference() {
        BucketedPositionBias both = new BucketedPositionBias(Sight.BOTH_SIDES, 32, 128, 1);
        assertThat(LongStream.of(FAR).map(both::bucket))
                .containsExactly(
                        15L, 15L, 15L, 15L, 14L, 14L, 13L, 13L, 12L, 12L, 11L, 10L, 10L, 9L, 0L, 23L, 24L, 24L, 25L,
                        30L, 31L, 31L, 31L, 31L);
        BucketedPositionBias before = new BucketedPositionBias(Sight.BEFORE, 32, 128, 1);
        assertThat(LongStream.of(FAR).map(before::bucket))
                .containsExactly(
                        31L, 31L, 31L, 29L, 29L, 26L, 26L, 24L, 23L, 21L, 21L, 16L, 16L, 15L, 0L, 0L, 0L, 0L, 0L, 0L,
                        0L, 0L, 0L, 0L);
    }

    @Test
    void eachHeadReadsItsColumnByDistance() {
        NDArray y = numbered(Sight.BOTH_SIDES).forward(manager.zeros(new Shape(5, 3, 7)), PASS);
        assertThat(y.getShape()).isEqualTo(new Shape(1, 2, 3, 3));
        assertThat(y.get("0, 0").toFloatArray()).containsExactly(0, 4, 4, 1, 0, 4, 1, 1, 0);
        assertThat(y.get("0, 1").toFloatArray()).containsExactly(100, 104, 104, 101, 100, 104, 101, 101, 100);
    }

    /** Six buckets and two heads; a number tells its row, and 100 more is the second head's. */
    private BucketedPositionBias numbered(Sight sight) {
        float[] table = {0, 100, 1, 101, 2, 102, 3, 103, 4, 104, 5, 105};
        return Weights.of(new BucketedPositionBias(sight, 6, 9, 2), manager, Map.of("weight", table));
    }

    @Test
    void aStepWithACacheHasTheLastRowsOfTheWhole() {
        BucketedPositionBias bias = numbered(Sight.BEFORE);
        NDArray whole = bias.forward(manager.zeros(new Shape(1, 12, 4)), PASS);
        KeyValueCache cache = new KeyValueCache(manager);
        cache.advance(1, 9);
        NDArray last = bias.forward(manager.zeros(new Shape(1, 3, 4)), PASS.withCache(cache));
        assertThat(last).isEqualTo(whole.get(":, :, 9:"));
        cache.advance(1, 2);
        NDArray one = bias.forward(manager.zeros(new Shape(1, 1, 4)), PASS.withCache(cache));
        assertThat(one).isEqualTo(whole.get(":, :, 11:"));
    }

    @Test
    void theMaskAddsIt() {
        BucketedPositionBias bias = numbered(Sight.BOTH_SIDES);
        NDArray x = manager.zeros(new Shape(1, 3, 7));
        NDArray scores = manager.ones(new Shape(4, 2, 3, 3));
        NDArray expected = scores.add(bias.forward(x, PASS));
        assertThat(bias.mask(x, PASS).apply(scores)).isEqualTo(expected);
    }

    /** As a whole for many blocks, or for each block by itself: the numbers are the same. */
    @Test
    void ofALongTextItIsMadeBlockByBlock() {
        BucketedPositionBias bias = numbered(Sight.BOTH_SIDES);
        AttentionMask shared = bias.mask(manager.zeros(new Shape(1, 2000, 1)), PASS);
        assertThat(shared).isInstanceOf(AttentionMask.Bias.class);
        AttentionMask made = bias.mask(manager.zeros(new Shape(1, 20_000, 1)), PASS);
        assertThat(made).isInstanceOf(DistanceBias.class);
        AttentionMask.Block block = new AttentionMask.Block(1500, 1532, 1480, 1600);
        assertThat(((AttentionMask.Bias) made.of(block, manager)).values())
                .isEqualTo(((AttentionMask.Bias) shared.of(block, manager)).values());
    }

    @Test
    void nothingButTheResultStaysAlive() {
        BucketedPositionBias bias = numbered(Sight.BEFORE);
        try (NDManager scope = manager.newSubManager()) {
            NDArray x = scope.zeros(new Shape(1, 3, 7));
            NDArray y = bias.forward(x, PASS);
            assertThat(scope.getManagedArrays()).containsExactlyInAnyOrder(x, y);
        }
    }

    @Test
    void tooFewBucketsAndTooNearADistanceAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BucketedPositionBias(Sight.BOTH_SIDES, 3, 9, 2))
                .withMessage("3 buckets of distances are too few.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BucketedPositionBias(Sight.BEFORE, 8, 4, 2))
                .withMessage("The greatest distance (4) must be beyond the 4 that have a bucket each.");
    }

    @Test
    void tooManyTokensAreRefusedBeforeMemoryIsTaken() {
        KeyValueCache cache = new KeyValueCache(manager);
        cache.advance(1, 100_000);
        BucketedPositionBias bias = numbered(Sight.BEFORE);
        NDArray x = manager.zeros(new Shape(1, 1000, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bias.forward(x, PASS.withCache(cache)))
                .withMessageStartingWith("101000 tokens are too many for a bias between each two of them.");
    }
}
