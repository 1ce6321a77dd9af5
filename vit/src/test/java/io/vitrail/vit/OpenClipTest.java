package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an open_clip_config.json says of a vision tower. */
class OpenClipTest {
    @Test
    void openClipsDefaultsAreViTB16() throws JsonProcessingException {
        ClipVision.Config config = config("{'model_cfg': {'embed_dim': 640, 'vision_cfg': {}}}");
        assertThat(config.image()).isEqualTo(new ImageConfig(3, 224, 224, 16, 16));
        assertThat(config.encoder().width()).isEqualTo(768);
        assertThat(config.encoder().depth()).isEqualTo(12);
        assertThat(config.encoder().heads()).isEqualTo(12);
        assertThat(config.encoder().mlpWidth()).isEqualTo(3072);
        assertThat(config.encoder().normEpsilon()).isEqualTo(1e-5f);
        assertThat(config.encoder().activation()).isEqualTo(Activation.GELU);
        assertThat(config.projectionWidth()).isEqualTo(640);
    }

    @Test
    void itsKeysChangeThem() throws JsonProcessingException {
        ClipVision.Config config = config("{'model_cfg': {'embed_dim': 512, 'quick_gelu': true, 'vision_cfg':"
                + " {'image_size': [28, 42], 'patch_size': 14, 'width': 1664, 'layers': 3, 'head_width': 104,"
                + " 'mlp_ratio': 4.9231, 'norm_kwargs': {'eps': 1e-6}, 'attentional_pool': false}}}");
        assertThat(config.image()).isEqualTo(new ImageConfig(3, 28, 42, 14, 14));
        assertThat(config.encoder().heads()).isEqualTo(16);
        assertThat(config.encoder().depth()).isEqualTo(3);
        assertThat(config.encoder().mlpWidth()).isEqualTo(8192);
        assertThat(config.encoder().normEpsilon()).isEqualTo(1e-6f);
        assertThat(config.encoder().activation()).isEqualTo(Activation.QUICK_GELU);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'timm_model_name': 'vit_base_patch16_siglip_224'; A vision tower of open_clip with 'timm_model_name'"
                        + " is not supported.",
                "'attentional_pool': true; A vision tower of open_clip with 'attentional_pool' is not supported.",
                "'ls_init_value': 0.1; A vision tower of open_clip with 'ls_init_value' is not supported.",
                "'pool_type': 'avg'; open_clip's 'pool_type' must be 'tok'."
            })
    void whatItsTowerCannotBeIsRefused(String entry, String problem) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config("{'model_cfg': {'vision_cfg': {" + entry + "}}}"))
                .withMessage(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'model_type': 'open_clip', 'vision_cfg': {'width': 64}}; 'model_cfg' is missing.",
                "{'model_cfg': {'embed_dim': 512, 'width': 64}, 'width': 64}; 'model_cfg.vision_cfg' is missing."
            })
    void aConfigWithoutItsTowerIsRefused(String json, String problem) {
        assertThatThrownBy(() -> config(json))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(problem + "\n  file: ");
    }

    @Test
    void theNormsEpsilonIsReadFromNoOtherObject() throws JsonProcessingException {
        assertThat(config("{'eps': 0.1, 'model_cfg': {'eps': 0.2, 'vision_cfg': {}}}")
                        .encoder()
                        .normEpsilon())
                .isEqualTo(1e-5f);
    }

    private static ClipVision.Config config(String json) throws JsonProcessingException {
        return ClipVision.Config.fromOpenClip(new ConfigJson(new ObjectMapper().readTree(json.replace('\'', '"'))));
    }
}
