package io.vitrail.transformer.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When two tensors count as equal. */
class ComparisonTest {
    private static final float NAN = Float.NaN;
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    /** |new − golden| ≤ atol + rtol · |golden|, with atol 0.25 and rtol 0.5: numbers that floats hold exactly. */
    @ParameterizedTest
    @CsvSource({
        " 0.25,    0, true",
        "-0.25,    0, true",
        " 0.2501,  0, false",
        " 6.25,    4, true",
        " 6.2501,  4, false",
        " 1.75,    4, true",
        " 1.7499,  4, false",
        "-6.25,   -4, true",
        "-6.2501, -4, false",
    })
    void theEdgeOfTheToleranceIsInside(float computed, float expected, boolean passed) {
        Comparison comparison = exact(floats(computed), floats(expected));
        assertThat(comparison.passed()).isEqualTo(passed);
        assertThat(comparison.difference()).isCloseTo(Math.abs(computed - expected), within(1e-6));
    }

    @Test
    void withoutATolerancesNumbersItIsOneTenThousandth() {
        GoldenCall call = call("{}");
        assertThat(Comparison.exact(floats(0.00009f), floats(0), call).passed()).isTrue();
        assertThat(Comparison.exact(floats(0.00011f), floats(0), call).passed()).isFalse();
        assertThat(Comparison.exact(floats(10001), floats(10000), call).passed())
                .isTrue();
        assertThat(Comparison.exact(floats(10002), floats(10000), call).passed())
                .isFalse();
    }

    @Test
    void everyValueCounts() {
        Comparison comparison = exact(floats(0, 3, 0, -5, 0), floats(0, 0, 0, 0, 0));
        assertThat(comparison.passed()).isFalse();
        assertThat(comparison.difference()).isEqualTo(5);
        assertThat(comparison.reason()).isEqualTo("2 of 5 values differ");
    }

    @Test
    void nanNeverPasses() {
        for (GoldenTensor computed : new GoldenTensor[] {floats(NAN), floats(0)}) {
            for (GoldenTensor expected : new GoldenTensor[] {floats(NAN), floats(0)}) {
                boolean bothNumbers = computed.floats()[0] == expected.floats()[0];
                assertThat(exact(computed, expected).passed()).isEqualTo(bothNumbers);
                assertThat(reduced(computed, expected).passed()).isEqualTo(bothNumbers);
            }
        }
        assertThat(exact(floats(NAN), floats(1)).difference()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void infinitiesPassOnlyWhereTheyAreExpected() {
        assertThat(exact(floats(INFINITY), floats(INFINITY)).passed()).isTrue();
        assertThat(exact(floats(INFINITY), floats(-INFINITY)).passed()).isFalse();
        assertThat(exact(floats(INFINITY), floats(5)).passed()).isFalse();
        assertThat(exact(floats(5), floats(INFINITY)).passed()).isFalse();
        assertThat(reduced(floats(INFINITY, 1), floats(INFINITY, 1)).passed()).isTrue();
        assertThat(reduced(floats(5, 1), floats(INFINITY, 1)).passed()).isFalse();
        assertThat(reduced(floats(INFINITY, 1), floats(5, 1)).passed()).isFalse();
    }

    @Test
    void anotherShapeOrKindFails() {
        GoldenTensor row = GoldenTensor.of(new long[] {1, 2}, new float[] {1, 2});
        GoldenTensor column = GoldenTensor.of(new long[] {2, 1}, new float[] {1, 2});
        Comparison turned = exact(row, column);
        assertThat(turned.passed()).isFalse();
        assertThat(turned.reason()).isEqualTo("is FLOAT [1, 2], expected FLOAT [2, 1]");
        GoldenTensor whole = GoldenTensor.of(new long[] {1, 2}, new long[] {1, 2});
        assertThat(exact(whole, row).reason()).isEqualTo("is INTEGER [1, 2], expected FLOAT [1, 2]");
        assertThat(exact(row, whole).passed()).isFalse();
        assertThat(reduced(row, column).passed()).isFalse();
        assertThat(reduced(whole, row).passed()).isFalse();
    }

    @Test
    void wholeNumbersAndPixelsMayStandForEachOther() {
        GoldenTensor whole = GoldenTensor.of(new long[] {2}, new long[] {7, 255});
        GoldenTensor pixels = GoldenTensor.ofPixels(new long[] {2}, new byte[] {7, (byte) 255});
        GoldenCall strict = call("{\"tolerance\": {\"atol\": 0, \"rtol\": 0}}");
        assertThat(Comparison.exact(whole, pixels, strict).passed()).isTrue();
        GoldenTensor off = GoldenTensor.of(new long[] {2}, new long[] {7, 254});
        assertThat(Comparison.exact(off, pixels, strict).passed()).isFalse();
        assertThat(Comparison.reduced(off, pixels, strict, 0.03).passed()).isFalse(); // equal in any precision
    }

    @Test
    void reducedPrecisionIsJudgedByTheNormOfTheWholeTensor() {
        GoldenTensor expected = floats(0, 0, 3, 4); // norm 5: 0.15 is allowed
        assertThat(reduced(floats(0.149f, 0, 3, 4), expected).passed()).isTrue();
        assertThat(reduced(floats(0.1f, 0.1f, 3, 4), expected).passed()).isTrue();
        Comparison far = reduced(floats(0, 0, 3, 4.151f), expected);
        assertThat(far.passed()).isFalse();
        assertThat(far.difference()).isCloseTo(0.0302, within(1e-5));
        assertThat(far.reason()).isEqualTo("‖difference‖ is more than 0.03 ‖expected‖");
    }

    private static Comparison exact(GoldenTensor computed, GoldenTensor expected) {
        return Comparison.exact(computed, expected, call("{\"tolerance\": {\"atol\": 0.25, \"rtol\": 0.5}}"));
    }

    private static Comparison reduced(GoldenTensor computed, GoldenTensor expected) {
        return Comparison.reduced(computed, expected, call("{}"), 0.03);
    }

    private static GoldenTensor floats(float... values) {
        return GoldenTensor.of(new long[] {values.length}, values);
    }

    private static GoldenCall call(String json) {
        try {
            return new GoldenCall(Path.of("case"), new ObjectMapper().readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
