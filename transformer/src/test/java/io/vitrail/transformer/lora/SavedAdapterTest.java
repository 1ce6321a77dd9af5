package io.vitrail.transformer.lora;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.WeightPlace;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an adapter's training changes and saves. */
class SavedAdapterTest {
    @TempDir
    private Path folder;

    @Test
    void wholeLayersAreSavedAsTheCheckpointHasThem() {
        LoraConfig config = LoraConfig.ofRank(2, "dense").withBias(LoraBias.ALL).saving("c_proj", "classifier");
        try (Checkpoint base = Checkpoint.open(Tiny.checkpoint(folder));
                NDManager manager = DjlEngine.newManager(Device.cpu())) {
            LoraTraining training = training(config, base, manager);
            int before = manager.getManagedArrays().size();
            training.save(folder, "tiny");
            assertThat(manager.getManagedArrays()).hasSize(before);
            Checkpoint merged = PeftAdapter.read(folder).mergedInto(base);
            for (String name : base.names()) {
                assertThat(merged.tensor(name).floats())
                        .as(name)
                        .isEqualTo(base.tensor(name).floats());
            }
            assertThat(JsonFile.read(folder.resolve("adapter_config.json")).toString())
                    .contains(
                            "\"modules_to_save\":[\"c_proj\",\"classifier\"]", "\"target_modules\":[\"block.dense\"]");
        }
    }

    private static LoraTraining training(LoraConfig config, Checkpoint base, NDManager manager) {
        Tiny model = new Tiny();
        model.load(base, manager);
        TrainedWeights trained = TrainedWeights.ofLowRank(config, model, model.places(base));
        assertThat(trained.weights()).containsKeys("block.dense.lora_A", "block.c_proj.weight", "block.dense.bias");
        assertThat(trained.weights()).doesNotContainKeys("block.dense.weight", "words.weight");
        trained.block().initialize(manager, DataType.FLOAT32, new Shape(1));
        return trained.adapter().orElseThrow();
    }

    /** A head with the embedding's table is trained by either's name, whichever comes first. */
    @Test
    void aSharedWeightIsTrainedByAnyOfItsNames() {
        TokenEmbedding words = new TokenEmbedding(7, 6);
        WeightPlace table = new WeightPlace("words.weight", words, "weight", 0, 1, false);
        WeightPlace head =
                new WeightPlace("lm_head.weight", new VocabularyProjection(words, Bias.ABSENT), "weight", 0, 1, false);
        Parameter shared = words.parameters().get("weight");
        for (List<WeightPlace> places : List.of(List.of(table, head), List.of(head, table))) {
            new LoraTraining(LoraConfig.ofRank(2, LoraConfig.ALL_LINEAR).saving("words"), places);
            assertThat(shared.requiresGradient()).isTrue();
            new LoraTraining(LoraConfig.ofRank(2, LoraConfig.ALL_LINEAR), places);
            assertThat(shared.requiresGradient()).isFalse();
        }
    }
}
