package io.vitrail.vit.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DJL's pictures become ours without a change of pixels, whatever wraps them. */
class DjlPixelsTest {
    private static final int[] RGB = {0x000000, 0xFFFFFF, 0xFF0102, 0x03FE04, 0x0506FD, 0x7F80C1};
    private static final byte[] SAMPLES = {
        0, 0, 0, -1, -1, -1, -1, 1, 2, 3, -2, 4, 5, 6, -3, 0x7F, (byte) 0x80, (byte) 0xC1
    };

    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_4BYTE_ABGR})
    void coloursStay(int type) {
        BufferedImage picture = new BufferedImage(3, 2, type);
        picture.setRGB(0, 0, 3, 2, opaque(RGB), 0, 3);
        assertSamples(ImageFactory.getInstance().fromImage(picture), SAMPLES);
    }

    @Test
    void transparencyIsDropped() {
        int[] half = Arrays.stream(RGB).map(rgb -> rgb | 0x80000000).toArray();
        assertSamples(ImageFactory.getInstance().fromPixels(half, 3, 2), SAMPLES);
    }

    @Test
    void greyIsRepeated() {
        BufferedImage picture = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        picture.getRaster().setPixels(0, 0, 2, 1, new int[] {7, 200});
        assertSamples(ImageFactory.getInstance().fromImage(picture), new byte[] {7, 7, 7, -56, -56, -56});
    }

    private static int[] opaque(int[] rgb) {
        return Arrays.stream(rgb).map(pixel -> pixel | 0xFF000000).toArray();
    }

    private static void assertSamples(Image picture, byte[] expected) {
        io.vitrail.vit.image.Image ours = PictureTranslator.copy(picture);
        assertThat(ours.width()).isEqualTo(picture.getWidth());
        assertThat(ours.height()).isEqualTo(picture.getHeight());
        assertThat(ours).isEqualTo(io.vitrail.vit.image.Image.fromPixels(expected, ours.width(), ours.height()));
    }
}
