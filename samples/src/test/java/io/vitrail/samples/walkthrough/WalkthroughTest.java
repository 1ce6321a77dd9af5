package io.vitrail.samples.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.samples.walkthrough.Table.Row;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.TokenNorm;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every number of the walk-through is that of PyTorch (expected.json), and of the blocks. */
class WalkthroughTest {
    private static final Walkthrough WALKTHROUGH = Walkthrough.compute();
    private static final Map<String, Table> TABLES = WALKTHROUGH.steps().stream()
            .flatMap(step -> step.tables().stream())
            .collect(Collectors.toMap(Table::caption, Function.identity()));

    private static JsonNode expected() throws IOException {
        try (InputStream in = WalkthroughTest.class.getResourceAsStream("/walkthrough/expected.json")) {
            return new ObjectMapper().readTree(in);
        }
    }

    private static float[] row(String caption, String name) {
        return TABLES.get(caption).rows().stream()
                .filter(row -> row.name().equals(name))
                .map(Row::values)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyTableHoldsWhatPyTorchComputes() throws IOException {
        JsonNode all = expected();
        assertThat(all).hasSize(26);
        for (Map.Entry<String, JsonNode> entry : all.properties()) {
            List<Row> rows = TABLES.get(entry.getKey()).rows();
            assertThat(rows).as(entry.getKey()).hasSize(entry.getValue().size());
            for (int i = 0; i < rows.size(); i++) {
                float[] values = rows.get(i).values();
                for (int j = 0; j < values.length; j++) {
                    double wanted = entry.getValue().get(i).get(j).asDouble();
                    assertThat((double) values[j]).as(entry.getKey()).isCloseTo(wanted, within(1e-5));
                }
            }
        }
    }

    @Test
    void theOtherTablesAreTheGivenWeightsAndTheMask() throws IOException {
        assertThat(TABLES.keySet().stream().filter(name -> !contains(name)))
                .containsExactlyInAnyOrder("Wq", "Wk", "Wv", "Wo", "Scores under the mask", "W₁", "W₂", embeddings());
        assertThat(row("Wq", "time")).isEqualTo(Given.QUERY[3]);
        assertThat(row("W₁", "b₁")).isEqualTo(Given.EXPAND_BIAS);
        assertThat(row("Scores under the mask", "中")[3]).isCloseTo(1.3825f, within(1e-6f));
        assertThat(row("Scores under the mask", "中")[4]).isLessThan(-1e38f);
    }

    private static boolean contains(String caption) {
        try {
            return expected().has(caption);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String embeddings() {
        return "x: the embeddings with positions";
    }

    @Test
    void everyStepEndsInWhatTheBlockGives() {
        List<Table> compared = TABLES.values().stream()
                .filter(table -> table.beside().isPresent())
                .toList();
        assertThat(compared.stream()
                        .map(table -> table.beside().orElseThrow().block())
                        .distinct())
                .containsExactlyInAnyOrder("SelfAttention", "SinusoidalPositions", "TokenNorm", "Mlp", "PostNormBlock");
        assertThat(compared).hasSize(13).allSatisfy(table -> assertThat(table.largestDifference())
                .as(table.caption())
                .isLessThan(1e-6));
    }

    @Test
    void aDifferenceIsSeenInTheRowsThatTheBlockGives() {
        List<Row> rows = List.of(new Row("a", new float[] {1, 2}, false), new Row("b", new float[] {3, 4}, false));
        Table table = new Table("", List.of("x", "y"), rows, Table.Shading.NONE, Optional.empty());
        assertThat(beside(table, 3, 4.5f).largestDifference()).isEqualTo(0.5);
        assertThat(beside(table, 1, 2.25f, 3, 4).largestDifference()).isEqualTo(0.25);
        assertThatThrownBy(() -> beside(table, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Block gives 1 numbers, neither a row of 2 nor all 4.");
    }

    private static Table beside(Table table, float... values) {
        Optional<Table.Beside> beside = Optional.of(new Table.Beside("Block", values));
        return new Table(table.caption(), table.columns(), table.rows(), table.shading(), beside);
    }

    /** What the text says of the numbers, in the order of the steps. */
    @Test
    void theNumbersTellTheStory() {
        float[] shares = row("What 年 takes from whom", "weight"); // 写 代码 的 中 年 人
        assertThat(descending(shares)).startsWith(3, 5);
        assertThat(descending(row("Each value by its share, and the sum", "sum")))
                .startsWith(2);
        assertThat(descending(row("Who takes how much from whom", "写"))).startsWith(0);
        assertThat(row("Who takes how much from whom", "年")[5]).isZero();
        assertThat(descending(row("Head 1", "年"))).startsWith(5, 1);
        assertThat(descending(row("Head 2", "年"))).startsWith(3);
        String placed = "What 年 takes from whom, with and without positions";
        assertThat(row(placed, "backwards")).containsExactly(row(placed, "in order"), within(1e-6f));
        assertThat(row(placed, "backwards, with positions")[5])
                .isNotCloseTo(row(placed, "in order, with positions")[5], within(0.1f));
    }

    private static List<Integer> descending(float[] values) {
        return java.util.stream.IntStream.range(0, values.length)
                .boxed()
                .sorted((a, b) -> Float.compare(values[b], values[a]))
                .toList();
    }

    @Test
    void aBlockGetsExactlyItsWeights() {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            Filling little = new Filling(manager).vector("weight", Given.NORM_SCALE);
            assertThatThrownBy(() -> little.into(new TokenNorm(4, 0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("There are no numbers for 'bias'.");
            Filling much = new Filling(manager).norm("norm").norm("other");
            assertThatThrownBy(() -> much.into(new TokenNorm(4, 0))).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void textsAreTwoOrThreeSentences() {
        assertThat(WALKTHROUGH.steps()).hasSize(12).allSatisfy(step -> {
            assertThat(step.text().split("[.] ")).as(step.title()).hasSizeBetween(2, 3);
            assertThat(step.source()).contains("section");
            assertThat(step.equation()).isNotBlank();
        });
    }
}
