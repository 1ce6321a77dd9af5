package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class PillowResizeTest {
    private static final Pixels NOISE = noise(PixelMode.RGB, 23, 17);

    static List<Golden> goldens() {
        return Golden.all("pillow_resize");
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void pixelsEqualPillows(Golden golden) {
        Pixels picture = Pixels.fromFile(
                golden.pictures().get(0), PixelMode.of(golden.call().get("mode").asText()));
        Pixels resized = resize(golden.options()).apply(picture);
        assertThat(Golden.numbers(resized)).isEqualTo(golden.expected("pixels"));
    }

    private static PillowResize resize(JsonNode options) {
        JsonNode size = options.get("size");
        Resampling filter = Resampling.valueOf(options.get("resample").asText());
        PillowResize resize = PillowResize.to(size.get(0).asInt(), size.get(1).asInt(), filter);
        if (options.hasNonNull("box")) {
            JsonNode box = options.get("box");
            resize = resize.withBox(new Box(
                    box.get(0).asDouble(),
                    box.get(1).asDouble(),
                    box.get(2).asDouble(),
                    box.get(3).asDouble()));
        }
        return options.hasNonNull("reducing_gap")
                ? resize.withReducingGap(options.get("reducing_gap").asDouble())
                : resize;
    }

    @ParameterizedTest
    @EnumSource(Resampling.class)
    void aPictureOfOneColourStaysSo(Resampling filter) {
        byte[] samples = new byte[13 * 7 * 3];
        Arrays.fill(samples, (byte) 201);
        Pixels resized = PillowResize.to(5, 29, filter).apply(Pixels.of(PixelMode.RGB, samples, 13, 7));
        assertThat(resized.samples()).hasSize(5 * 29 * 3).containsOnly((byte) 201);
    }

    @ParameterizedTest
    @EnumSource(Resampling.class)
    void theSameSizeIsTheSamePicture(Resampling filter) {
        assertThat(PillowResize.to(23, 17, filter).apply(NOISE)).isEqualTo(NOISE);
    }

    @Test
    void channelsDoNotMix() {
        PillowResize resize = PillowResize.to(7, 12, Resampling.LANCZOS);
        for (int c = 0; c < 3; c++) {
            assertThat(channel(resize.apply(NOISE), c)).isEqualTo(resize.apply(channel(NOISE, c)));
        }
    }

    /** Invisible pixels are black or white; what shows is grey all over. */
    @ParameterizedTest
    @EnumSource(names = "NEAREST", mode = EnumSource.Mode.EXCLUDE)
    void invisiblePixelsDoNotTint(Resampling filter) {
        byte[] samples = {0, 0, (byte) 255, 0, 90, (byte) 255, 90, (byte) 255};
        Pixels resized = PillowResize.to(2, 1, filter).apply(Pixels.of(PixelMode.GREY_ALPHA, samples, 4, 1));
        assertThat(resized.samples()[2]).isBetween((byte) 89, (byte) 91);
    }

    /** Enough work for several threads, and an odd number of rows. */
    @Test
    void threadsDoNotChangeTheResult() {
        Pixels large = noise(PixelMode.RGB, 1203, 901);
        Pixels resized = PillowResize.to(301, 299, Resampling.BICUBIC).apply(large);
        ResampleWeights columns = weights(1203, 301);
        ResampleWeights rows = weights(901, 299);
        Pixels narrow = new Pixels(PixelMode.RGB, scalarHorizontal(large, columns), 301, 901);
        assertThat(resized.samples()).isEqualTo(scalarVertical(narrow, rows));
    }

    private static ResampleWeights weights(int inputSize, int outputSize) {
        return ResampleWeights.of(Axis.whole(inputSize, outputSize), Resampling.BICUBIC, ResizeArithmetic.PILLOW);
    }

    /** The sums written out, one sample at a time. */
    private static byte[] scalarHorizontal(Pixels picture, ResampleWeights columns) {
        byte[] resized = new byte[picture.height() * columns.size() * 3];
        for (int i = 0; i < resized.length; i++) {
            int x = i / 3 % columns.size();
            int row = i / 3 / columns.size() * picture.stride();
            int sum = 1 << 21;
            for (int j = 0; j < columns.count()[x]; j++) {
                int sample = picture.raw()[row + (columns.first()[x] + j) * 3 + i % 3] & 0xFF;
                sum += sample * columns.weights()[x * columns.stride() + j];
            }
            resized[i] = (byte) Math.max(0, Math.min(255, sum >> 22));
        }
        return resized;
    }

    private static byte[] scalarVertical(Pixels picture, ResampleWeights rows) {
        byte[] resized = new byte[rows.size() * picture.stride()];
        for (int i = 0; i < resized.length; i++) {
            int y = i / picture.stride();
            int sum = 1 << 21;
            for (int j = 0; j < rows.count()[y]; j++) {
                int at = (rows.first()[y] + j) * picture.stride() + i % picture.stride();
                sum += (picture.raw()[at] & 0xFF) * rows.weights()[y * rows.stride() + j];
            }
            resized[i] = (byte) Math.max(0, Math.min(255, sum >> 22));
        }
        return resized;
    }

    @Test
    void aBoxOfWholePixelsIsCutOut() {
        Pixels cut = PillowResize.to(3, 2, Resampling.LANCZOS)
                .withBox(new Box(4, 5, 7, 7))
                .apply(NOISE);
        assertThat(cut).isEqualTo(NOISE.crop(4, 5, 3, 2));
    }

    @Test
    void aBoxOutsideThePictureIsRefused() {
        PillowResize resize = PillowResize.to(3, 2, Resampling.BILINEAR);
        assertThatThrownBy(() -> resize.withBox(new Box(-1, 0, 5, 5)).apply(NOISE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The box's left (-1.0) and top (0.0) can't be negative.");
        assertThatThrownBy(() -> resize.withBox(new Box(0, 0, 24, 5)).apply(NOISE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The box (right 24.0, bottom 5.0) can't exceed the picture of 23 x 17 pixels.");
        assertThatThrownBy(() -> resize.withBox(new Box(5, 0, 4, 5)).apply(NOISE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The box can't be empty: 5.0 to 4.0, 0.0 to 5.0.");
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThatThrownBy(() -> PillowResize.to(0, 5, Resampling.BOX))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Height (5) and width (0) must be > 0.");
        assertThatThrownBy(() -> PillowResize.to(1, 5, Resampling.BOX).withReducingGap(0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The reducing gap (0.5) must be 1.0 or greater.");
        assertThatThrownBy(() -> Resampling.of(6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Unknown resampling filter 6; supported are 0 (nearest)");
    }

    private static Pixels channel(Pixels picture, int channel) {
        byte[] samples = new byte[picture.width() * picture.height()];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = picture.raw()[i * picture.channels() + channel];
        }
        return Pixels.of(PixelMode.GREY, samples, picture.width(), picture.height());
    }

    static Pixels noise(PixelMode mode, int width, int height) {
        byte[] samples = new byte[width * height * mode.channels()];
        new Random(width).nextBytes(samples);
        return Pixels.of(mode, samples, width, height);
    }
}
