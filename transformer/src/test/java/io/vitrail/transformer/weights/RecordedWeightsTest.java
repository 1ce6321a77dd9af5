package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A weight table on a recorded checkpoint of transformers' ViTForImageClassification, stored in every way. */
class RecordedWeightsTest {
    private static final WeightTable VIT = WeightTable.parse(
            """
            checkpoint                                              | block             | shape of the weight
            {base}.embeddings.cls_token                             | classToken        | 1, 1, width
            {base}.embeddings.position_embeddings                   | positions         | 1, tokens, width
            {base}.embeddings.patch_embeddings.projection           | patches           | width, channels, patch, patch
            {base}.encoder.layer.{i}.layernorm_before               | blocks.{i}.norm1  | width
            {base}.encoder.layer.{i}.attention.attention.query      | blocks.{i}.query  | width, width
            {base}.encoder.layer.{i}.attention.attention.key        | blocks.{i}.key    | width, width
            {base}.encoder.layer.{i}.attention.attention.value      | blocks.{i}.value  | width, width
            {base}.encoder.layer.{i}.attention.output.dense         | blocks.{i}.output | width, width
            {base}.encoder.layer.{i}.layernorm_after                | blocks.{i}.norm2  | width
            {base}.encoder.layer.{i}.intermediate.dense             | blocks.{i}.fc1    | mlpWidth, width
            {base}.encoder.layer.{i}.output.dense                   | blocks.{i}.fc2    | width, mlpWidth
            {base}.layernorm                                        | norm              | width
            classifier                                              | head              | labels, width
            """);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"stored_sharded", "stored_pickle", "stored_pickle_legacy", "stored_pickle_sharded"})
    void allWeightsAreUsedAndSavedAsTheyWere(String recorded) {
        try (Checkpoint checkpoint = Checkpoint.open(Fixtures.recorded(recorded));
                NDManager manager = NDManager.newBaseManager()) {
            Map<String, Long> sizes = sizes(checkpoint);
            Holder model = model(checkpoint.config(), sizes);
            VIT.load(checkpoint, checkpoint.base("vit"), model, sizes, manager);
            Path saved = folder.resolve("model.safetensors");
            VIT.save(saved, StorageType.F32, "vit", model, sizes);
            byte[] expected = Fixtures.read(Fixtures.recorded("classification/model.safetensors"));
            assertThat(Fixtures.read(saved)).isEqualTo(expected);
        }
    }

    @Test
    void halfPrecisionBecomesFloat32() {
        try (Checkpoint checkpoint = Checkpoint.open(Fixtures.recorded("stored_bfloat16"));
                NDManager manager = NDManager.newBaseManager()) {
            Map<String, Long> sizes = sizes(checkpoint);
            Holder model = model(checkpoint.config(), sizes);
            VIT.load(checkpoint, "vit", model, sizes, manager);
            Map<String, Parameter> names = VIT.names("vit", model, sizes);
            assertThat(names.keySet()).containsExactlyInAnyOrderElementsOf(checkpoint.names());
            names.forEach((name, parameter) -> assertThat(parameter.getArray().toFloatArray())
                    .containsExactly(checkpoint.tensor(name).floats()));
        }
    }

    private static Map<String, Long> sizes(Checkpoint checkpoint) {
        JsonNode config = checkpoint.config();
        return Map.of(
                "width", config.get("hidden_size").asLong(),
                "mlpWidth", config.get("intermediate_size").asLong(),
                "channels", config.get("num_channels").asLong(),
                "patch", config.get("patch_size").asLong(),
                "labels", (long) config.get("id2label").size(),
                "tokens",
                        checkpoint.tensor("vit.embeddings.position_embeddings").shape()[1]);
    }

    private static Holder model(JsonNode config, Map<String, Long> sizes) {
        long width = sizes.get("width");
        Holder[] blocks = new Holder[config.get("num_hidden_layers").asInt()];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = new Holder()
                    .with("norm1", Holder.norm(width))
                    .with("query", Holder.linear(width, width))
                    .with("key", Holder.linear(width, width))
                    .with("value", Holder.linear(width, width))
                    .with("output", Holder.linear(width, width))
                    .with("norm2", Holder.norm(width))
                    .with("fc1", Holder.linear(width, sizes.get("mlpWidth")))
                    .with("fc2", Holder.linear(sizes.get("mlpWidth"), width));
        }
        long patch = sizes.get("patch");
        Holder patches = new Holder()
                .with("weight", width, sizes.get("channels"), patch, patch)
                .with("bias", width);
        return new Holder()
                .with("classToken", 1, 1, width)
                .with("positions", 1, sizes.get("tokens"), width)
                .with("patches", patches)
                .with("blocks", Holder.list(blocks))
                .with("norm", Holder.norm(width))
                .with("head", Holder.linear(width, sizes.get("labels")));
    }
}
