package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What of a JPEG goes to the decoder, which prints a remark on whatever it doesn't like. */
class JpegHeaderTest {
    @Test
    void bytesBetweenSegmentsAreLeftOut() throws IOException {
        byte[] plain = file("subsampled.jpg");
        assertThat(file("stray_bytes.jpg")).hasSize(plain.length + 3);
        assertThat(decodable(file("stray_bytes.jpg"))).isEqualTo(plain);
        assertThat(Image.fromBytes(file("stray_bytes.jpg"))).isEqualTo(Image.fromBytes(plain));
    }

    @Test
    void anOrdinaryFileIsNotCopied() throws IOException {
        byte[] plain = file("subsampled.jpg");
        assertThat(decodable(plain)).isSameAs(plain);
    }

    @Test
    void withoutItsEndItIsCutOff() throws IOException {
        byte[] plain = file("subsampled.jpg");
        assertThatThrownBy(() -> Image.fromBytes(Arrays.copyOf(plain, plain.length - 2)))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("The picture is cut off.");
        assertThat(Image.fromBytes(file("behind_the_end.jpg"))).isEqualTo(Image.fromBytes(plain));
    }

    private static byte[] decodable(byte[] jpeg) {
        return JpegHeader.of(new FileBytes(jpeg, "jpeg")).withoutStrayBytes();
    }

    private static byte[] file(String name) throws IOException {
        return Files.readAllBytes(Golden.resource("goldens/decode_image/variants/" + name));
    }
}
