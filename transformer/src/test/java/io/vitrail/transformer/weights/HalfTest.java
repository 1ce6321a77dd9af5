package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfTest {

    @ParameterizedTest
    @CsvSource({
        "3c00, 1",
        "c000, -2",
        "3555, 0.33325195",
        "7bff, 65504",
        "0400, 6.1035156e-5",
        "03ff, 6.097555e-5",
        "0001, 5.9604645e-8",
        "8000, -0.0",
        "7c00, Infinity",
        "fc00, -Infinity"
    })
    void decodesBinary16(String bits, float value) {
        assertThat(Half.fromBinary16((short) Integer.parseInt(bits, 16))).isEqualTo(value);
    }

    @Test
    void noNumberStaysNoNumber() {
        assertThat(Half.fromBinary16((short) 0x7c01)).isNaN();
        assertThat(Half.fromBinary16(Half.toBinary16(Float.NaN))).isNaN();
        assertThat(Half.fromBrainFloat(Half.toBrainFloat(Float.intBitsToFloat(0xff800001))))
                .isNaN();
    }

    @Test
    void everyBinary16SurvivesTheWayThroughFloat32() {
        for (int bits = 0; bits <= 0xffff; bits++) {
            float value = Half.fromBinary16((short) bits);
            if (!Float.isNaN(value)) {
                assertThat(Half.toBinary16(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void everyBrainFloatSurvivesTheWayThroughFloat32() {
        for (int bits = 0; bits <= 0xffff; bits++) {
            float value = Half.fromBrainFloat((short) bits);
            if (!Float.isNaN(value)) {
                assertThat(Half.toBrainFloat(value)).isEqualTo((short) bits);
            }
        }
    }

    /** Literals from torch.tensor(value).half().view(torch.int16), PyTorch 2.7.1. */
    @ParameterizedTest
    @CsvSource({
        "2049, 6800",
        "2051, 6802",
        "65519.996, 7bff",
        "65520, 7c00",
        "1e10, 7c00",
        "-1e10, fc00",
        "2.9802322e-8, 0000",
        "2.9802326e-8, 0001",
        "6.102e-5, 0400",
        "1e-10, 0000",
        "-1e-10, 8000"
    })
    void roundsToBinary16AsPyTorch(float value, String bits) {
        assertThat(Half.toBinary16(value)).isEqualTo((short) Integer.parseInt(bits, 16));
    }

    /** Literals from torch.tensor(value).bfloat16().view(torch.int16), PyTorch 2.7.1. */
    @ParameterizedTest
    @CsvSource({"1.00390625, 3f80", "1.01171875, 3f82", "3.4e38, 7f80", "-1.003907, bf81", "1e-45, 0000"})
    void roundsToBrainFloatAsPyTorch(float value, String bits) {
        assertThat(Half.toBrainFloat(value)).isEqualTo((short) Integer.parseInt(bits, 16));
    }
}
