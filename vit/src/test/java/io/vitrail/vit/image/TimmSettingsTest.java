package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The steps that the configs of timm and open_clip ask for. Golden cases compare their results. */
class TimmSettingsTest {
    private static final String IMAGENET =
            "normalise by mean [0.485, 0.456, 0.406] and deviation [0.229, 0.224, 0.225]";
    private static final String OPENAI = "normalise by mean [0.48145466, 0.4578275, 0.40821073] and deviation"
            + " [0.26862954, 0.26130258, 0.27577711]";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{}; resize to shortest edge 256 (bicubic), centre crop 224 x 224",
                "{'input_size': [3, 224, 224], 'crop_pct': 0.9, 'interpolation': 'bilinear'};"
                        + " resize to shortest edge 248 (bilinear), centre crop 224 x 224",
                "{'input_size': [3, 384, 384], 'crop_pct': 1.0, 'crop_mode': 'center'};"
                        + " resize to shortest edge 384 (bicubic), centre crop 384 x 384",
                "{'input_size': [3, 64, 64], 'crop_pct': 0.95, 'crop_mode': 'squash', 'interpolation': 'lanczos'};"
                        + " resize to 67 x 67 (lanczos), centre crop 64 x 64"
            })
    void timmResizesByTheShareThatItKeeps(String config, String steps) throws IOException {
        write("config.json", "{'pretrained_cfg': " + config + "}");
        assertThat(ImageProcessor.load(folder))
                .hasToString("TimmWrapperImageProcessor: " + steps + ", rescale by 0.00392156862745098, " + IMAGENET);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "32; {}; resize to shortest edge 32 (bicubic), centre crop 32 x 32",
                "[32, 32]; {'resize_mode': 'squash', 'interpolation': 'bilinear'};"
                        + " resize to 32 x 32 (bilinear), centre crop 32 x 32"
            })
    void openClipResizesToTheModelsSize(String size, String config, String steps) throws IOException {
        write("open_clip_config.json", openClip(size, config));
        assertThat(ImageProcessor.load(folder))
                .hasToString("TimmWrapperImageProcessor: " + steps + ", rescale by 0.00392156862745098, " + OPENAI);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'std': [0.5, 0.25, 1.0]}; mean [0.48145466, 0.4578275, 0.40821073] and deviation [0.5, 0.25, 1.0]",
                "{'mean': [0.5, 0.25, 1.0]};"
                        + " mean [0.5, 0.25, 1.0] and deviation [0.26862954, 0.26130258, 0.27577711]",
                "{'mean': 0.5, 'std': null};"
                        + " mean [0.5, 0.5, 0.5] and deviation [0.26862954, 0.26130258, 0.27577711]"
            })
    void whatOpenClipDoesNotSayIsOpenAis(String config, String colours) throws IOException {
        write("open_clip_config.json", openClip("32", config));
        assertThat(ImageProcessor.load(folder).toString()).endsWith(", normalise by " + colours);
    }

    @Test
    void openClipsPicturesAre224PixelsLargeUnlessItSaysOtherwise() throws IOException {
        write("open_clip_config.json", "{'model_cfg': {'vision_cfg': {}}, 'preprocess_cfg': {}}");
        assertThat(ImageProcessor.load(folder).toString()).contains("centre crop 224 x 224");
    }

    @Test
    void transformersReadsNoProcessorFileOfThem() throws IOException {
        write("config.json", "{'pretrained_cfg': {}}");
        ImageProcessor processor = ImageProcessor.load(folder);
        assertThatThrownBy(() -> processor.save(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "transformers reads TimmWrapperImageProcessor from no preprocessor_config.json.\n  try:  copy"
                                + " the checkpoint's config.json or open_clip_config.json.");
        assertThat(folder.resolve("preprocessor_config.json")).doesNotExist();
    }

    @Test
    void aMeanMayBeOneNumber() throws IOException {
        write("config.json", "{'pretrained_cfg': {'mean': [0.5], 'std': [0.25, 0.5, 1.0]}}");
        assertThat(ImageProcessor.load(folder).toString())
                .endsWith("normalise by mean [0.5, 0.5, 0.5] and deviation [0.25, 0.5, 1.0]");
    }

    @Test
    void aProcessorsOwnFileGoesBeforeTimmsAndThatBeforeOpenClips() throws IOException {
        write("open_clip_config.json", openClip("32", "{}"));
        write("config.json", "{'model_type': 'clip'}");
        assertThat(ImageProcessor.load(folder).toString()).contains("centre crop 32 x 32");
        write("config.json", "{'pretrained_cfg': {'input_size': [3, 48, 48]}}");
        assertThat(ImageProcessor.load(folder).toString()).contains("centre crop 48 x 48");
        write("preprocessor_config.json", "{'image_processor_type': 'ViTImageProcessor'}");
        assertThat(ImageProcessor.load(folder).toString()).startsWith("ViTImageProcessor: resize to 224 x 224");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'crop_mode': 'border'}; timm's 'crop_mode' must be 'center' or 'squash', not 'border'.",
                "{'input_size': [3, 224, 256]}; Pictures must be square here, not 224 x 256.",
                "{'interpolation': 'random'}; 'interpolation' 'random' is not supported.",
                "{'crop_pct': -1}; timm's 'crop_pct' must be positive, not -1.0.",
                "{'crop_pct': 'abc'}; 'pretrained_cfg.crop_pct' must be a finite number, not \"abc\".",
                "{'input_size': 'abc'}; 'pretrained_cfg.input_size' must be a list of whole numbers, not \"abc\".",
                "{'input_size': [224]}; timm's 'input_size' must be channels, height and width.",
                "{'interpolation': 3}; 'pretrained_cfg.interpolation' must be a text, not 3."
            })
    void whatIsNotSupportedIsNamed(String config, String problem) throws IOException {
        write("config.json", "{'pretrained_cfg': " + config + "}");
        assertThatThrownBy(() -> ImageProcessor.load(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(problem + "\n  file: " + folder.resolve("config.json"));
    }

    @Test
    void openClipsBordersAreNotSupported() throws IOException {
        write("open_clip_config.json", openClip("32", "{'resize_mode': 'longest'}"));
        assertThatThrownBy(() -> ImageProcessor.load(folder))
                .hasMessageStartingWith("open_clip's 'resize_mode' must be 'shortest' or 'squash', not 'longest'.");
    }

    private static String openClip(String size, String config) {
        return "{'model_cfg': {'vision_cfg': {'image_size': " + size + "}}, 'preprocess_cfg': " + config + "}";
    }

    private void write(String name, String json) throws IOException {
        Files.writeString(folder.resolve(name), json.replace('\'', '"'));
    }
}
