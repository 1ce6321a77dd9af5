package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A table that contradicts itself or its model is a bug of ours. */
class WeightTableMistakesTest extends LoadedTables {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "norm | norm | labels; Table row 1 says [2]; parameter 'norm.weight' has shape [3]",
                "norm | norm | width{i}; Index {i} of 'width{i}' in a weight table has no values",
                "norm | norm | depth; Size 'depth' of a weight table isn't among",
                "other | other | width; Parameter 'norm.weight' has no row in the weight table",
                "norm | norm; Table row 1 needs 3 columns or 4: norm | norm",
                "norm | norm | width | optional; Table row 1: 'optional' isn't a note, a colon and a reason",
                "norm | norm | width | ignored: why; Table row 1: 'ignored: why' isn't a note, a colon and a reason",
                "norm | - | width; Table row 1: exactly an unused row has the block '-'",
                "norm.* | norm | width; Table row 1: only an unused row may contain '*'",
                "norm.{i} | norm | width; Table row 1: the indices of 'norm.{i}' and 'norm' differ",
                "norm | norm | width | reshaped: why; Table row 1: exactly a reshaped row has a shape such as",
                "norm | norm | width | fused: why; Table row 1: exactly a fused row has several blocks, such as",
                "norm | [norm, other] | width; Table row 1: exactly a fused row has several blocks, such as",
                "norm | norm | width from labels | reshaped: why; Table row 1: the checkpoint's shape [2] has another"
                        + " size",
            })
    void mistakesInATableAreOurs(String row, String problem) {
        Holder model = new Holder().with("norm", Holder.norm(3));
        assertThatThrownBy(() ->
                        WeightTable.parse("checkpoint | block | shape\n" + row).names("", model, SIZES))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void aTableThatNoModelNeedsIsNotRead() {
        WeightTable table = WeightTable.parse("checkpoint | block | shape\nnorm | norm")
                .under("a")
                .below("b");
        assertThatThrownBy(() -> table.names("", new Holder(), SIZES)).hasMessageStartingWith("Table row 1 needs");
    }

    @Test
    void oneParameterHasOneRowAndOneWeightOneParameter() {
        Holder model = new Holder().with("a", 3).with("b", 3);
        String header = "checkpoint | block | shape\n";
        assertThatThrownBy(() -> WeightTable.parse(header + "x | a | width\ny | a | width\nz | b | width")
                        .names("", model, SIZES))
                .hasMessage("Table row 2: 'a' is loaded by an earlier row; if that is meant, note 'tied'");
        assertThatThrownBy(() -> WeightTable.parse(header + "x | a | width\nx | b | width")
                        .names("", model, SIZES))
                .hasMessage("Table row 2: 'x' is loaded into two parameters");
        assertThatThrownBy(() -> WeightTable.parse(header + "x | [a, a] | width | fused: why")
                        .names("", model, SIZES))
                .hasMessageStartingWith("Table row 1: 'a' is loaded by an earlier row");
        assertThatThrownBy(() -> WeightTable.parse(header + "x | [a, b, c] | width | fused: why")
                        .names("", model, SIZES))
                .hasMessage("Table row 1: the model has 2 of the 3 parts of 'x'");
        assertThatThrownBy(() -> WeightTable.parse("x | a | width"))
                .hasMessageStartingWith("A weight table begins with the header");
    }
}
