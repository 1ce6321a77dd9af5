package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerDecayTest {
    private static void check(double decay, Map<String, Integer> powers) {
        Map<String, Double> factors = LayerDecay.factors(powers.keySet(), decay);
        powers.forEach((name, power) ->
                assertThat(factors.get(name)).as(name).isCloseTo(Math.pow(decay, power), within(1e-12)));
    }

    @Test
    void theHeadLearnsAtTheFullRateAndEachLayerBelowSlower() {
        check(
                0.65,
                Map.of(
                        "classifier.weight", 0,
                        "vit.layernorm.bias", 0,
                        "vit.encoder.layer.2.output.dense.weight", 1,
                        "vit.encoder.layer.1.attention.attention.query.weight[0]", 2,
                        "vit.encoder.layer.0.layernorm_before.weight", 3,
                        "vit.embeddings.patch_embeddings.projection.weight", 4,
                        "vit.embeddings.cls_token", 4));
    }

    @Test
    void stagesAreCountedThrough() {
        check(
                0.9,
                Map.of(
                        "swin.encoder.layers.0.blocks.0.layernorm_before.weight", 4,
                        "swin.encoder.layers.0.blocks.1.layernorm_before.weight", 3,
                        "swin.encoder.layers.0.downsample.reduction.weight", 2,
                        "swin.encoder.layers.1.blocks.0.layernorm_before.weight", 1,
                        "swin.embeddings.norm.weight", 5,
                        "swin.layernorm.weight", 0));
    }

    @Test
    void eachStackCountsFromItsOwnLastBlock() {
        check(
                0.5,
                Map.of(
                        "text_model.embeddings.token_embedding.weight", 3,
                        "text_model.encoder.layers.0.mlp.fc1.weight", 2,
                        "text_model.encoder.layers.1.mlp.fc1.weight", 1,
                        "vision_model.embeddings.class_embedding", 2,
                        "vision_model.encoder.layers.0.mlp.fc1.weight", 1,
                        "visual_projection.weight", 0));
    }

    @Test
    void numbersOfPartsWithinABlockDontCount() {
        check(
                0.5,
                Map.of(
                        "shared.weight", 3,
                        "encoder.block.0.layer.0.SelfAttention.q.weight", 2,
                        "encoder.block.0.layer.1.DenseReluDense.wi.weight", 2,
                        "encoder.block.1.layer.0.SelfAttention.q.weight", 1));
    }

    @Test
    void adaptersLearnAsTheirLayersDo() {
        assertThat(LayerDecay.factors(List.of("h.0.attn.c_attn.lora_A.weight", "h.1.ln_1.weight", "wte.weight"), 0.5)
                        .values())
                .containsExactly(0.25, 0.5, 0.125);
    }
}
