package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Parts of one checkpoint, each with a table that tells of all of it. */
class TwoTowersTest extends LoadedTables {
    private static final WeightTable PICTURES = WeightTable.parse(
            """
            checkpoint  | block | shape | note
            vision.norm | norm  | width
            text.*      | -     | -     | unused: the other tower
            version     | -     | -     | unused: a number
            """);
    private static final WeightTable TEXTS = WeightTable.parse(
            """
            checkpoint   | block | shape | note
            {base}.norm  | norm  | width
            vision.*     | -     | -     | unused: the other tower
            version      | -     | -     | unused: a number
            """);

    private final Holder pictures = new Holder().with("norm", Holder.norm(2));
    private final Holder texts = new Holder().with("norm", Holder.norm(3));

    private void load() {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            WeightTable.load(
                    checkpoint,
                    List.of(
                            new WeightTable.Filling(PICTURES, "", pictures, Map.of("width", 2L)),
                            new WeightTable.Filling(TEXTS, "text", texts, Map.of("width", 3L))),
                    manager);
        }
    }

    @Test
    void eachTakesItsOwn() {
        write(Map.of(
                "vision.norm.weight", floats(1, 2),
                "vision.norm.bias", floats(3, 4),
                "text.norm.weight", floats(5, 6, 7),
                "text.norm.bias", floats(8, 9, 10),
                "version", floats(1)));
        load();
        assertThat(bias(pictures)).containsExactly(3, 4);
        assertThat(bias(texts)).containsExactly(8, 9, 10);
    }

    private static float[] bias(Holder tower) {
        return tower.parts().get("norm").parameters().get("bias").getArray().toFloatArray();
    }

    /** The other tower's table calls everything of this one unused. */
    @Test
    void whatOneTowerDoesNotKnowIsLeftOver() {
        write(Map.of(
                "vision.norm.weight", floats(1, 2),
                "vision.norm.bias", floats(3, 4),
                "vision.extra", floats(1),
                "text.norm.weight", floats(5, 6, 7)));
        assertThatThrownBy(this::load)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("text.norm.bias")
                .hasMessageContaining("vision.extra");
    }
}
