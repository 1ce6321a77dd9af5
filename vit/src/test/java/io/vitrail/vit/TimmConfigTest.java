package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.vit.TimmConfig.ClassToken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the names of timm's architectures stand for, and what model_args change. */
class TimmConfigTest {
    private final ObjectNode json = new ObjectMapper().createObjectNode();

    @ParameterizedTest
    @CsvFileSource(resources = "/timm/architectures.csv", numLinesToSkip = 1)
    void aNameStandsForWhatTimmMakesOfIt(
            String name,
            int image,
            int patch,
            int width,
            int depth,
            int heads,
            int mlpWidth,
            float epsilon,
            Activation activation,
            boolean queryKeyValueBias,
            boolean unplacedClassToken,
            boolean distilled,
            boolean preNorm,
            boolean layerScale) {
        json.putObject("pretrained_cfg")
                .putArray("input_size")
                .add(3)
                .add(image)
                .add(image);
        TimmConfig config = named(name);
        assertThat(config.image()).isEqualTo(new ImageConfig(3, image, image, patch, patch));
        assertThat(config.encoder())
                .isEqualTo(new EncoderConfig(
                        width, depth, heads, mlpWidth, epsilon, activation, Bias.of(queryKeyValueBias)));
        assertThat(config.classToken())
                .isEqualTo(unplacedClassToken ? ClassToken.WITHOUT_POSITION : ClassToken.WITH_POSITION);
        assertThat(config.distilled()).isEqualTo(distilled);
        assertThat(config.preNorm()).isEqualTo(preNorm);
        assertThat(config.layerScale()).isEqualTo(layerScale);
        assertThat(config.pooling()).isEqualTo(TimmConfig.Pooling.TOKEN);
        assertThat(config.normsPooled()).isFalse();
        assertThat(config.labels()).hasSize(name.contains("_clip") ? 0 : 1000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"resnet50", "vit_giant_patch14_dinov2", "vit_small_patch14_reg4_dinov2", "vit_pico_patch16_224"})
    void otherNamesAreRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> named(name))
                .withMessageStartingWith("timm's architecture '" + name + "' is not supported; supported are those of"
                        + " vit_SIZE_patchP, vit_SIZE_patchP_clip, ")
                .withMessageEndingWith("with SIZE of [tiny, xsmall, small, medium, betwixt, base, large, huge, giant,"
                        + " gigantic].");
    }

    @Test
    void argumentsChangeWhatTheNameStandsFor() {
        json.putObject("model_args")
                .put("img_size", 30)
                .put("patch_size", 10)
                .put("in_chans", 1)
                .put("embed_dim", 24)
                .put("depth", 2)
                .put("num_heads", 4)
                .put("mlp_ratio", 2.5)
                .put("qkv_bias", false)
                .put("class_token", false)
                .put("pre_norm", true)
                .put("init_values", 1e-5)
                .put("global_pool", "avg")
                .put("act_layer", "quick_gelu")
                .put("drop_path_rate", 0.1)
                .putNull("norm_layer");
        TimmConfig config = named("vit_base_patch16_224");
        assertThat(config.image()).isEqualTo(new ImageConfig(1, 30, 30, 10, 10));
        assertThat(config.encoder())
                .isEqualTo(new EncoderConfig(24, 2, 4, 60, 1e-6f, Activation.QUICK_GELU, Bias.ABSENT));
        assertThat(config.classToken()).isEqualTo(ClassToken.ABSENT);
        assertThat(config.specialTokens()).isZero();
        assertThat(config.preNorm()).isTrue();
        assertThat(config.layerScale()).isTrue();
        assertThat(config.pooling()).isEqualTo(TimmConfig.Pooling.AVG);
        assertThat(config.normsPooled()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "qk_norm; true; timm's model_args 'qk_norm' is not supported.",
                "final_norm; false; timm's model_args 'final_norm' is not supported.",
                "global_pool; \"map\"; timm's 'global_pool' must be token or avg, not map.",
                "class_token; false; timm's 'global_pool' can't be 'token' without a class token."
            })
    void argumentsThatAreNotKnownAreRefused(String key, String value, String problem) throws Exception {
        json.putObject("model_args").set(key, new ObjectMapper().readTree(value));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> named("vit_tiny_patch16_224"))
                .withMessage(problem);
    }

    @Test
    void classesHaveTheNamesThatTheFileGives() {
        json.put("num_classes", 2).putArray("label_names").add("cat").add("dog");
        assertThat(named("vit_tiny_patch16_224").labels()).containsExactly("cat", "dog");
        json.put("num_classes", 3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> named("vit_tiny_patch16_224"))
                .withMessage("timm's 'label_names' are 2, 'num_classes' is 3.");
        json.put("num_classes", 0);
        assertThat(named("vit_tiny_patch16_224").labels()).isEmpty();
    }

    /** timm stores the projection of a tower of CLIP as its head. */
    @ParameterizedTest
    @CsvSource({
        "vit_base_patch32_clip_224,            openai,               512,   512,   0",
        "vit_large_patch14_clip_quickgelu_336, dfn2b,                768,   768,   0",
        "vit_base_patch16_clip_224,            laion2b_ft_in12k,     11821, 11821, 11821",
        "vit_base_patch16_clip_224,            openai_ft_in12k_in1k, 1000,  1000,  1000",
        "vit_base_patch16_clip_224,            openai,               512,   37,    37",
        "vit_base_patch16_224,                 augreg_in1k,          1000,  1000,  1000"
    })
    void aProjectionOfClipHasNoClasses(String name, String tag, int before, int classes, int labels) {
        json.putObject("pretrained_cfg").put("tag", tag).put("num_classes", before);
        json.put("num_classes", classes);
        assertThat(named(name).labels()).hasSize(labels);
    }

    @Test
    void aTowerOfClipWithNamesClassifies() {
        json.putObject("pretrained_cfg").put("tag", "openai").put("num_classes", 2);
        json.put("num_classes", 2).putArray("label_names").add("cat").add("dog");
        assertThat(named("vit_base_patch16_clip_224").labels()).containsExactly("cat", "dog");
    }

    private TimmConfig named(String name) {
        return TimmConfig.fromJson(new ConfigJson(json.put("architecture", name)));
    }
}
