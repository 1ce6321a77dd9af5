package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tokens are compared with the vectors that embed the vocabulary. */
class VocabularyProjectionTest {
    private static final float[] TABLE = {1, 2, 3, 4, 5, 6};

    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private final TokenEmbedding embedding = Weights.of(new TokenEmbedding(3, 2), manager, Map.of("weight", TABLE));

    @AfterEach
    void free() {
        manager.close();
    }

    private NDArray tokens() {
        return manager.create(new float[] {1, 0, 0, 1, 1, 1, 2, -1}, new Shape(2, 2, 2));
    }

    /** With the shared table and, if there is one, this bias. */
    private VocabularyProjection projection(Bias bias) {
        VocabularyProjection projection = new VocabularyProjection(embedding, bias);
        if (bias == Bias.PRESENT) {
            projection.parameters().get("bias").initialize(manager, DataType.FLOAT32);
            Weights.array(projection, "bias").set(new float[] {10, 20, 30});
        }
        return projection;
    }

    @Test
    void scoresAreProductsWithTheTablesRows() {
        NDArray scores = projection(Bias.ABSENT).forward(tokens(), Pass.inference(ReadableOperations.INSTANCE));
        assertThat(scores.getShape()).isEqualTo(new Shape(2, 2, 3));
        assertThat(scores.toFloatArray()).containsExactly(1, 3, 5, 2, 4, 6, 3, 7, 11, 0, 2, 4);
    }

    @Test
    void theBiasIsAdded() {
        NDArray scores = projection(Bias.PRESENT).forward(tokens(), Pass.inference(ReadableOperations.INSTANCE));
        assertThat(scores.get("0, 0").toFloatArray()).containsExactly(11, 23, 35);
    }

    @Test
    void preparedItScoresTheSameAndLeavesTheTableToItsOwner() {
        Operations fast = Kernels.choose(Device.cpu(), Precision.FP32);
        VocabularyProjection projection = projection(Bias.PRESENT);
        float[] expected = projection
                .forward(tokens(), Pass.inference(ReadableOperations.INSTANCE))
                .toFloatArray();
        projection.prepareFor(fast);
        assertThat(projection.forward(tokens(), Pass.inference(fast)).toFloatArray())
                .containsExactly(expected, within(1e-5f));
        assertThat(Weights.array(embedding, "weight").toFloatArray()).containsExactly(TABLE);
    }

    @Test
    void aSharedTableIsCopiedOnlyWhereThatPays() {
        NDArray table = Weights.array(embedding, "weight");
        int before = table.getManager().getManagedArrays().size();
        projection(Bias.ABSENT).prepareFor(ReadableOperations.INSTANCE);
        assertThat(table.getManager().getManagedArrays()).hasSize(before);
        projection(Bias.ABSENT).prepareFor(Kernels.choose(Device.cpu(), Precision.FP32)); // packed by oneDNN
        assertThat(table.getManager().getManagedArrays()).hasSizeGreaterThan(before);
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FP32", "BF16"})
    void itComputesAsWithinAnEncoder(Precision precision) {
        Operations fast = Kernels.choose(Device.cpu(), precision);
        NDArray x = tokens().add(1e-3f); // lost in bfloat16
        for (Bias bias : Bias.values()) {
            VocabularyProjection projection = projection(bias);
            NDArray exact = projection.forward(x, Pass.inference(ReadableOperations.INSTANCE));
            projection.prepareFor(fast);
            NDArray scores = projection.forward(x, Pass.inference(fast));
            assertThat(scores.getDataType()).isEqualTo(DataType.FLOAT32);
            float difference = scores.sub(exact).abs().max().getFloat();
            assertThat(difference).isLessThan(precision == Precision.FP32 ? 1e-5f : 0.2f);
            assertThat(difference > 1e-4f).isEqualTo(precision == Precision.BF16);
        }
    }

    @Test
    void aMatrixOfItsOwnIsReplacedByItsPackedForm() {
        Operations fast = Kernels.choose(Device.cpu(), Precision.FP32);
        VocabularyProjection projection = Weights.random(new VocabularyProjection(2, 3, Bias.PRESENT), manager);
        assertThat(projection.getParameters().keys()).hasSize(2);
        float[] expected = projection
                .forward(tokens(), Pass.inference(ReadableOperations.INSTANCE))
                .toFloatArray();
        NDArray loaded = Weights.array(projection, "weight");
        projection.prepareFor(fast);
        assertThat(loaded.isReleased()).isTrue();
        assertThat(projection.forward(tokens(), Pass.inference(fast)).toFloatArray())
                .containsExactly(expected, within(1e-5f));
    }

    @Test
    void theTableIsOneParameterOfTwoParts() {
        assertThat(projection(Bias.ABSENT).parameters().get("weight"))
                .isSameAs(embedding.parameters().get("weight"));
    }
}
