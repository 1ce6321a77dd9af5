package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ids to vectors; an id outside the table must not reach native code. */
class TokenEmbeddingTest {
    private static final Pass PASS = Pass.inference(ReadableOperations.INSTANCE);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void givesEachIdItsRow() {
        NDArray y = table().forward(ids(2, 0, 1, 0), PASS);
        assertThat(y.getShape()).isEqualTo(new Shape(2, 2, 2));
        assertThat(y.toFloatArray()).containsExactly(5, 6, 1, 2, 3, 4, 1, 2);
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table().forward(ids(0, 1, 3, 2), PASS))
                .withMessage("Id 3 isn't within the vocabulary of 3.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table().forward(ids(0, 1, -1, 2), PASS))
                .withMessage("Id -1 isn't within the vocabulary of 3.");
    }

    @Test
    void idsAreWholeNumbers() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table().forward(manager.zeros(new Shape(2, 2)), PASS))
                .withMessage("Ids must be int64, not float32.");
    }

    @Test
    void segmentsOutsideTheirKindsAreRefused() {
        TokenEmbedding segments = Weights.initial(TokenEmbedding.ofSegments(2, 3), manager);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> segments.forward(ids(0, 1, 2, 0), PASS))
                .withMessage("Segment id 2 isn't within the 2 kinds of segments.");
    }

    private TokenEmbedding table() {
        return Weights.of(new TokenEmbedding(3, 2), manager, Map.of("weight", new float[] {1, 2, 3, 4, 5, 6}));
    }

    private NDArray ids(long... ids) {
        return manager.create(ids, new Shape(2, 2));
    }
}
