package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How rows find weights and parameters, and what becomes of both. */
class WeightTableTest extends LoadedTables {
    @Test
    void aBlockStandsForItsParametersAndAPathForOne() {
        WeightTable table = WeightTable.parse(
                """
                checkpoint | block      | shape of the weight
                token      | classToken | 1, width
                scale      | logitScale | scalar
                head       | head.dense | labels, width
                """);
        Holder model = new Holder()
                .with("classToken", 1, 3)
                .with("logitScale")
                .with("head", new Holder().with("dense", Holder.linear(3, 2)));
        NDArray weight = manager.arange(6f).reshape(2, 3);
        write(Map.of(
                "token", floats(7, 8, 9).reshape(1, 3),
                "scale", manager.create(5f),
                "head.weight", weight,
                "head.bias", floats(1, 2)));

        load(table, "", model);

        Parameter loaded =
                model.parts().get("head").parts().get("dense").parameters().get("weight");
        assertThat(loaded.isInitialized()).isTrue();
        assertThat(loaded.getArray().getName()).isEqualTo("weight");
        assertThat(loaded.getArray()).isEqualTo(weight);
        assertThat(model.parameters().get("classToken").getArray().toFloatArray())
                .containsExactly(7, 8, 9);
        assertThat(model.parameters().get("logitScale").getArray().getFloat()).isEqualTo(5);
    }

    @Test
    void indicesRangeOverListsAndNameSizes() {
        WeightTable table = WeightTable.parse(
                """
                checkpoint                       | block                  | shape of the weight
                {base}.layers.{i}.blocks.{j}.fc  | stages.{i}.blocks.{j}  | 2*width{i}, width{i}
                {base}.layers.{i}.norm.{i}       | stages.{i}.norm        | width{i}
                """);
        Holder first = new Holder()
                .with("blocks", Holder.list(Holder.linear(3, 6), Holder.linear(3, 6)))
                .with("norm", Holder.norm(3));
        Holder second =
                new Holder().with("blocks", Holder.list(Holder.linear(5, 10))).with("norm", Holder.norm(5));
        Holder model = new Holder().with("stages", Holder.list(first, second));
        Map<String, Long> sizes = Map.of("width0", 3L, "width1", 5L);
        assertThat(table.names("swin", model, sizes).keySet())
                .containsExactly(
                        "swin.layers.0.blocks.0.fc.weight", "swin.layers.0.blocks.0.fc.bias",
                        "swin.layers.0.blocks.1.fc.weight", "swin.layers.0.blocks.1.fc.bias",
                        "swin.layers.1.blocks.0.fc.weight", "swin.layers.1.blocks.0.fc.bias",
                        "swin.layers.0.norm.0.weight", "swin.layers.0.norm.0.bias",
                        "swin.layers.1.norm.1.weight", "swin.layers.1.norm.1.bias");
        assertThat(table.names("", model, sizes).keySet()).contains("layers.1.norm.1.bias");
    }

    @Test
    void elevenBlocksAreInTheOrderOfTheirNumbers() {
        WeightTable table = WeightTable.parse("checkpoint | block | shape\n l.{i} | blocks.{i} | width");
        Holder[] norms = new Holder[11];
        for (int i = 0; i < norms.length; i++) {
            norms[i] = new Holder().with("weight", 3);
        }
        Holder model = new Holder().with("blocks", Holder.list(norms));
        assertThat(table.names("", model, SIZES).keySet()).element(2).isEqualTo("l.2.weight");
    }

    @Test
    void everyMisfitIsListedAtOnce() {
        WeightTable table = WeightTable.parse(
                """
                checkpoint | block | shape of the weight
                norm       | norm  | width
                head       | head  | labels, width
                """);
        write(Map.of(
                "head.weight", manager.zeros(new Shape(3, 2)),
                "head.bias", manager.zeros(new Shape(2), DataType.INT64),
                "norm.bias", floats(1, 2, 3),
                "pooler.weight", floats(1)));
        Holder model = new Holder().with("norm", Holder.norm(3)).with("head", Holder.linear(3, 2));
        assertThatThrownBy(() -> load(table, "", model))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        """
                The weights don't fit the model: 1 missing, 1 left over, 2 of another shape or type.
                  Weight 'norm.weight' of shape [3] is missing (table row 1).
                  Weight 'pooler.weight' is left over: no row of the table needs it.
                  Weight 'head.weight' has shape [3, 2]; the model needs [2, 3] (table row 2).
                  Weight 'head.bias' holds I64; the model needs floating-point numbers (table row 2).
                  file: %s
                  try:  check that config.json belongs to these weights. If the model is new here: a row of its weight \
                table can be 'transposed', 'reshaped', 'fused', 'optional', 'tied' or 'unused'."""
                                .formatted(file()));
        assertThat(model.parts().get("norm").parameters().get("bias").isInitialized())
                .isFalse();
    }

    @Test
    void longListsAreCut() {
        Map<String, NDArray> many = new LinkedHashMap<>();
        for (int i = 0; i < 25; i++) {
            many.put("w" + i, floats(1));
        }
        write(many);
        assertThatThrownBy(() -> load(WeightTable.parse("checkpoint | block | shape"), "", new Holder()))
                .hasMessageContaining("25 left over")
                .hasMessageContaining("\n  … and 5 more.\n");
    }

    @Test
    void rowsOfAbsentBlocksDoNotApply() {
        WeightTable table = WeightTable.parse(
                """
                checkpoint | block            | shape
                pooler.{i} | pooler.{i}.dense | width, width
                """);
        assertThat(table.names("", new Holder(), SIZES)).isEmpty();
        write(Map.of("pooler.0.weight", floats(1)));
        assertThatThrownBy(() -> load(table, "", new Holder()))
                .hasMessageContaining("Weight 'pooler.0.weight' is left over");
    }

    @Test
    void loadedParametersTrain() {
        WeightTable table = WeightTable.parse("checkpoint | block | shape\n w | w | width\n frozen | frozen | width");
        Holder model = new Holder().with("w", 3).with("frozen", 3);
        model.parameters().get("frozen").freeze(true);
        write(Map.of("w", floats(1, 2, 3), "frozen", floats(1, 1, 1)));
        byte[] before = Fixtures.read(file());
        load(table, "", model);
        NDArray weight = model.parameters().get("w").getArray();
        assertThat(model.parameters().get("frozen").getArray().hasGradient()).isFalse();
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            collector.backward(weight.mul(weight).sum());
        }
        assertThat(weight.getGradient().toFloatArray()).containsExactly(2, 4, 6);
        weight.subi(weight.getGradient());
        assertThat(weight.toFloatArray()).containsExactly(-1, -2, -3);
        assertThat(Fixtures.read(file())).isEqualTo(before);
    }

    @Test
    void nothingButTheParametersStaysAlive() {
        WeightTable table = WeightTable.parse(
                """
                checkpoint | block | shape         | note
                fc         | fc    | labels, width | transposed: for the test
                """);
        Holder model = new Holder().with("fc", Holder.linear(3, 2));
        write(Map.of("fc.weight", manager.zeros(new Shape(3, 2)), "fc.bias", floats(1, 2)));
        try (NDManager owner = manager.newSubManager()) {
            try (Checkpoint checkpoint = Checkpoint.open(folder)) {
                table.load(checkpoint, "", model, SIZES, owner);
                table.load(checkpoint, "", model, SIZES, owner);
                table.save(folder.resolve("other.safetensors"), StorageType.F32, "", model, SIZES);
            }
            assertThat(((BaseNDManager) owner).getManagedArrays()).hasSize(2);
        }
    }
}
