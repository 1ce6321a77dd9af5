package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a row's note changes. */
class WeightTableNotesTest extends LoadedTables {
    @Test
    void transposedAndReshapedWeightsComeBackAsTheyWere() {
        WeightTable table = WeightTable.parse(
                """
                checkpoint | block     | shape                               | note
                fc         | fc        | labels, width                       | transposed: Conv1D has x W
                positions  | positions | labels, width from 1, labels, width | reshaped: one axis less
                """);
        Holder model = new Holder().with("fc", Holder.linear(3, 2)).with("positions", 2, 3);
        Map<String, NDArray> stored = Map.of(
                "fc.weight", manager.arange(6f).reshape(3, 2),
                "fc.bias", floats(8, 9),
                "positions", manager.arange(6f).reshape(1, 2, 3));
        write(stored);
        byte[] before = Fixtures.read(file());

        load(table, "", model);

        NDArray weight = model.parts().get("fc").parameters().get("weight").getArray();
        assertThat(weight.getShape()).isEqualTo(new Shape(2, 3));
        assertThat(weight.toFloatArray()).containsExactly(0, 2, 4, 1, 3, 5);
        assertThat(model.parameters().get("positions").getArray().getShape()).isEqualTo(new Shape(2, 3));
        table.save(folder.resolve("saved.safetensors"), StorageType.F32, "", model, SIZES);
        assertThat(Fixtures.read(folder.resolve("saved.safetensors"))).isEqualTo(before);
    }

    private static final WeightTable FUSED = WeightTable.parse(
            """
            checkpoint  | block                       | shape         | note
            l.{i}.qkv   | blocks.{i}.[query, key]     | labels, width | fused: one product
            in_weight   | in.[first, second].weight   | labels, width | fused: names without a dot
            in_bias     | in.[first, second].bias     | labels        | fused: names without a dot
            """);

    private static Holder pair(String first, String second) {
        return new Holder().with(first, Holder.linear(3, 2)).with(second, Holder.linear(3, 2));
    }

    @Test
    void fusedWeightsAreSplitAndComeBackAsTheyWere() {
        Holder model = new Holder()
                .with("blocks", Holder.list(pair("query", "key"), pair("query", "key")))
                .with("in", pair("first", "second"));
        write(Map.of(
                "l.0.qkv.weight", manager.arange(12f).reshape(4, 3),
                "l.0.qkv.bias", floats(1, 2, 3, 4),
                "l.1.qkv.weight", manager.ones(new Shape(4, 3)),
                "l.1.qkv.bias", floats(5, 6, 7, 8),
                "in_weight", manager.arange(12f).reshape(4, 3),
                "in_bias", floats(9, 10, 11, 12)));
        byte[] before = Fixtures.read(file());

        load(FUSED, "", model);

        Map<String, Holder> first = model.parts().get("blocks").parts().get("0").parts();
        assertThat(array(first.get("query"), "weight").toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(array(first.get("key"), "weight").toFloatArray()).containsExactly(6, 7, 8, 9, 10, 11);
        assertThat(array(first.get("key"), "bias").toFloatArray()).containsExactly(3, 4);
        assertThat(array(model.parts().get("in").parts().get("second"), "bias").toFloatArray())
                .containsExactly(11, 12);
        assertThat(FUSED.names("", model, SIZES).keySet()).contains("l.0.qkv.weight[0]", "l.0.qkv.weight[1]");
        FUSED.save(folder.resolve("saved.safetensors"), StorageType.F32, "", model, SIZES);
        assertThat(Fixtures.read(folder.resolve("saved.safetensors"))).isEqualTo(before);
    }

    @Test
    void fusedAndTransposedTheyLieBesideOneAnother() {
        WeightTable table = WeightTable.parse(
                """
                checkpoint  | block                       | shape         | note
                l.{i}.qkv   | blocks.{i}.[query, key]     | labels, width | fused transposed: x W
                """);
        Holder model = new Holder().with("blocks", Holder.list(pair("query", "key")));
        write(Map.of("l.0.qkv.weight", manager.arange(12f).reshape(3, 4), "l.0.qkv.bias", floats(1, 2, 3, 4)));
        byte[] before = Fixtures.read(file());

        load(table, "", model);

        Map<String, Holder> first = model.parts().get("blocks").parts().get("0").parts();
        assertThat(array(first.get("query"), "weight").toFloatArray()).containsExactly(0, 4, 8, 1, 5, 9);
        assertThat(array(first.get("key"), "weight").toFloatArray()).containsExactly(2, 6, 10, 3, 7, 11);
        assertThat(array(first.get("key"), "bias").toFloatArray()).containsExactly(3, 4);
        table.save(folder.resolve("saved.safetensors"), StorageType.F32, "", model, SIZES);
        assertThat(Fixtures.read(folder.resolve("saved.safetensors"))).isEqualTo(before);
        write(Map.of("l.0.qkv.weight", manager.zeros(new Shape(4, 3)), "l.0.qkv.bias", floats(1, 2, 3, 4)));
        assertThatThrownBy(() -> load(table, "", model))
                .hasMessageContaining(
                        "Weight 'l.0.qkv.weight' has shape [4, 3]; the model needs [3, 4] (table row 1).");
    }

    private static NDArray array(Holder holder, String name) {
        return holder.parameters().get(name).getArray();
    }

    @Test
    void aMisfitOfAFusedWeightIsToldOnce() {
        Holder model = new Holder().with("in", pair("first", "second"));
        write(Map.of("in_weight", manager.zeros(new Shape(6, 3)), "l.0.qkv.bias", floats(1)));
        assertThatThrownBy(() -> load(FUSED, "", model))
                .hasMessageStartingWith(
                        """
                The weights don't fit the model: 1 missing, 1 left over, 1 of another shape or type.
                  Weight 'in_bias' of shape [4] is missing (table row 3).
                  Weight 'l.0.qkv.bias' is left over: no row of the table needs it.
                  Weight 'in_weight' has shape [6, 3]; the model needs [4, 3] (table row 2).
                """);
    }

    @Test
    void optionalWeightsKeepTheirValue() {
        WeightTable table = WeightTable.parse(
                """
                checkpoint | block | shape | note
                head       | head  | labels, width | optional: a new task has a new head
                """);
        write(Map.of());
        Holder model = new Holder().with("head", 2, 3);
        assertThatThrownBy(() -> load(table, "", model))
                .hasMessageContaining("Weight 'head' of shape [2, 3] is missing (table row 1).");
        model.parameters().get("head").initialize(manager, DataType.FLOAT32);
        float[] before = model.parameters().get("head").getArray().toFloatArray();
        load(table, "", model);
        assertThat(model.parameters().get("head").getArray().toFloatArray()).isEqualTo(before);
        write(Map.of("head", manager.ones(new Shape(2, 3))));
        load(table, "", model);
        assertThat(model.parameters().get("head").getArray().toFloatArray()).containsOnly(1);
    }

    @Test
    void blocksThatAreNotTiedHaveWeightsOfTheirOwn() {
        WeightTable table = WeightTable.parse(
                """
                checkpoint | block     | shape         | note
                embedding  | embedding | labels, width
                head       | head      | labels, width | tied: unless the config says otherwise
                """);
        Holder model = new Holder()
                .with("embedding", new Holder().with("weight", 2, 3))
                .with("head", new Holder().with("weight", 2, 3));
        write(Map.of("embedding.weight", manager.ones(new Shape(2, 3))));
        assertThatThrownBy(() -> load(table, "", model))
                .hasMessageContaining("Weight 'head.weight' of shape [2, 3] is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"embedding.weight", "head.weight"})
    void tiedWeightsAreReadByEitherName(String name) {
        WeightTable table = WeightTable.parse(
                """
                checkpoint | block     | shape         | note
                embedding  | embedding | labels, width
                head       | head      | labels, width | tied: the output projection is the embedding
                """);
        Holder embedding = new Holder().with("weight", 2, 3);
        Holder head = new Holder();
        head.parameters().put("weight", embedding.parameters().get("weight"));
        Holder model = new Holder().with("embedding", embedding).with("head", head);
        write(Map.of(name, manager.ones(new Shape(2, 3))));
        load(table, "", model);
        assertThat(embedding.parameters().get("weight").getArray().toFloatArray())
                .containsOnly(1);
        assertThat(table.names("", model, SIZES).keySet()).containsExactly("embedding.weight");
    }

    @Test
    void unusedRowsExcuseWhatTheyName() {
        WeightTable table = WeightTable.parse(
                """
                checkpoint                    | block | shape | note
                {base}.h.{i}.attn.*mask       | -     | -     | unused: constants
                {base}.embeddings.position_ids| -     | -     | unused: constants
                """);
        write(Map.of(
                "m.h.0.attn.bias_mask", floats(1),
                "m.h.11.attn.mask", floats(1),
                "m.embeddings.position_ids", floats(1)));
        load(table, "m", new Holder());
        write(Map.of(
                "m.h.x.attn.mask", floats(1),
                "m.embeddings.position_ids2", floats(1),
                "m_h.0.attn.mask", floats(1)));
        assertThatThrownBy(() -> load(table, "m", new Holder())).hasMessageContaining("0 missing, 3 left over");
    }

    @Test
    void aTableServesAPartOfALargerModel() {
        WeightTable part = WeightTable.parse(
                """
                checkpoint  | block | shape | note
                {base}.norm | norm  | width
                head.*      | -     | -     | unused: a head
                """);
        WeightTable rest = WeightTable.parse(
                """
                checkpoint  | block | shape | note
                encoder.*   | -     | -     | unused: the other part
                """);
        write(Map.of(
                "decoder.base.norm.weight", floats(1, 2, 3),
                "decoder.base.norm.bias", floats(4, 5, 6),
                "decoder.head.weight", floats(7),
                "encoder.norm.weight", floats(8)));
        Holder model = new Holder().with("norm", Holder.norm(3));
        load(part.under("decoder").and(rest), "base", model);
        assertThat(array(model.parts().get("norm"), "bias").toFloatArray()).containsExactly(4, 5, 6);
        Holder whole = new Holder().with("text", new Holder().with("norm", Holder.norm(3)));
        load(part.under("decoder").below("text").and(rest), "base", whole);
        Holder inWhole = whole.parts().get("text").parts().get("norm");
        assertThat(array(inWhole, "bias").toFloatArray()).containsExactly(4, 5, 6);
        assertThatThrownBy(() -> load(part.under("decoder"), "base", model))
                .hasMessageContaining("Weight 'encoder.norm.weight' is left over: no row of the table needs it.");
    }
}
