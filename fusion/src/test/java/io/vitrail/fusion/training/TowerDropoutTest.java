package io.vitrail.fusion.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.fusion.Contrastive;
import io.vitrail.fusion.FusionTask;
import io.vitrail.fusion.PictureWriter;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.weights.CheckpointName;
import io.vitrail.transformer.weights.ConfigJson;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each tower leaves out weights of attention as its own config says, when it learns. */
class TowerDropoutTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'vision_config': {'attention_dropout': 0.2}, 'text_config': {'attention_dropout': 0.3}} | 0.2 | 0.3",
                "{'encoder': {'model_type': 'vit'}, 'decoder': {'model_type': 'gpt2'}}                   | 0   | 0.1",
                "{'model_type': 'git', 'vision_config': {'attention_dropout': 0.2}}                      | 0.2 | 0.1",
                "{'model_type': 'clip'}                                                                  | 0   | 0",
            })
    void sharesAreThoseOfTheTowersConfigs(String config, float pictures, float texts) throws Exception {
        ConfigJson json = new ConfigJson(new ObjectMapper().readTree(config.replace('\'', '"')));
        assertThat(TowerDropout.of(json)).isEqualTo(new TowerDropout(pictures, texts));
    }

    private static Path golden(String name) throws Exception {
        return Path.of(TowerDropoutTest.class.getResource("/goldens/" + name).toURI());
    }

    private static float[] run(TensorBlock block, NDManager manager, boolean training, NDList inputs) {
        manager.getEngine().setRandomSeed(5);
        return block.forward(new ParameterStore(manager, false), inputs, training)
                .get(0)
                .toFloatArray();
    }

    private static NDArray pixels(NDManager manager, int side) {
        manager.getEngine().setRandomSeed(3);
        return manager.randomNormal(new Shape(2, 3, side, side));
    }

    @Test
    void bothTowersOfAPairDropInTrainingAlone() throws Exception {
        Path folder = golden("clip/quick_gelu");
        TunedModel.Source<Contrastive> source =
                new TunedModel.Source<>(folder, CheckpointName.of(folder), FusionTask.COMPARING, Contrastive.class);
        try (TunedModel<Contrastive> tuned = new TunedModel<>(source, (model, checkpoint) -> Optional.empty());
                NDManager scope = tuned.manager().newSubManager()) {
            NDList pictures = new NDList(pixels(scope, 32));
            NDList texts = new NDList(scope.create(new long[][] {{5, 6, 7}, {8, 9, 10}}));
            ContrastiveBlock seeing = new ContrastiveBlock(tuned.model(), new TowerDropout(0.5f, 0));
            assertThat(run(seeing, scope, true, pictures)).isNotEqualTo(run(seeing, scope, false, pictures));
            assertThat(run(seeing, scope, true, texts)).isEqualTo(run(seeing, scope, false, texts));
            ContrastiveBlock reading = new ContrastiveBlock(tuned.model(), new TowerDropout(0, 0.5f));
            assertThat(run(reading, scope, true, pictures)).isEqualTo(run(reading, scope, false, pictures));
            assertThat(run(reading, scope, true, texts)).isNotEqualTo(run(reading, scope, false, texts));
            assertThat(run(reading, scope, true, texts)).isEqualTo(run(reading, scope, true, texts));
        }
    }

    @Test
    void aCaptionerDropsWhereItSeesAndWhereItWrites() throws Exception {
        Path folder = golden("vision_encoder_decoder/vit_gpt2");
        TunedModel.Source<PictureWriter> source =
                new TunedModel.Source<>(folder, CheckpointName.of(folder), FusionTask.WRITING, PictureWriter.class);
        try (TunedModel<PictureWriter> tuned = new TunedModel<>(source, (model, checkpoint) -> Optional.empty());
                NDManager scope = tuned.manager().newSubManager()) {
            NDArray pixels = pixels(scope, 32);
            NDList pictures = new NDList(pixels);
            NDList both = new NDList(pixels, scope.create(new long[][] {{5, 6, 7}, {8, 9, 10}}));
            CaptionBlock seeing = new CaptionBlock(tuned.model(), new TowerDropout(0.5f, 0));
            assertThat(run(seeing, scope, true, pictures)).isNotEqualTo(run(seeing, scope, false, pictures));
            CaptionBlock writing = new CaptionBlock(tuned.model(), new TowerDropout(0, 0.5f));
            assertThat(run(writing, scope, true, pictures)).isEqualTo(run(writing, scope, false, pictures));
            assertThat(run(writing, scope, true, both)).isNotEqualTo(run(writing, scope, false, both));
        }
    }
}
