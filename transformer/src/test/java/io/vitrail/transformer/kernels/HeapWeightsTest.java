package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.DjlEngine;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole numbers have exact sums. */
class HeapWeightsTest {
    private static final int ROWS = 5;

    private final Random random = new Random(42);
    private final StepLoops loops = StepLoops.available().orElseThrow();
    private final float[] bias = {1, -2, 3, -4, 5};
    private final float[] factors = {1, 0.5f, -2, 0.25f, 8};

    private float[] wholes(int count, int most) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextInt(2 * most + 1) - most;
        }
        return numbers;
    }

    private void assertProducts(HeapWeights weights, float[] factor) {
        int width = weights.inWidth;
        float[] all = wholes(ROWS * width, 127);
        FloatBuffer matrix = FloatBuffer.wrap(all);
        weights.fill(matrix, 0, 2);
        weights.fill(matrix, 4, 5);
        weights.fill(matrix, 2, 4);
        float[] x = wholes(3 * width, 20);
        for (int token = 0; token < 3; token++) {
            float[] whole = weights.whole(x, token);
            for (int row = 0; row < ROWS; row++) {
                double sum = 0;
                for (int i = 0; i < width; i++) {
                    sum += (double) all[row * width + i] * x[token * width + i];
                }
                assertThat(StepFace.output(weights, row, whole)).isEqualTo((float) (sum * factor[row] + bias[row]));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 15, 16, 17, 31, 32, 33, 48, 49, 63, 64, 65, 96, 127, 128, 129, 576, 1000})
    void productsOfAnyWidth(int width) {
        float[] ones = {1, 1, 1, 1, 1};
        assertProducts(new HeapWeights.Float32(loops, width, bias), ones);
        assertProducts(new HeapWeights.Bfloat16(loops, width, bias), ones);
        assertProducts(new HeapWeights.Int8(loops, width, bias, factors), factors);
    }

    /** A NaN or an infinity behind a row of x is of another token, or of nothing. */
    @ParameterizedTest
    @ValueSource(ints = {1, 31, 65})
    void aRowOfXEndsWhereItEnds(int width) {
        for (HeapWeights weights : new HeapWeights[] {
            new HeapWeights.Float32(loops, width, new float[1]),
            new HeapWeights.Bfloat16(loops, width, new float[1]),
            new HeapWeights.Int8(loops, width, new float[1], new float[] {1})
        }) {
            float[] ones = new float[width];
            Arrays.fill(ones, 1);
            weights.fill(FloatBuffer.wrap(ones), 0, 1);
            float[] x = new float[2 * width];
            Arrays.fill(x, 0, width, 2);
            Arrays.fill(x, width, 2 * width, Float.NaN);
            assertThat(StepFace.output(weights, 0, weights.whole(x, 0))).isEqualTo(2 * width);
            assertThat(StepFace.output(weights, 0, weights.whole(x, 1))).isNaN();
        }
    }

    /** The weight as one of bfloat16 is read. */
    private float read(float weight) {
        HeapWeights weights = new HeapWeights.Bfloat16(loops, 1, new float[1]);
        weights.fill(FloatBuffer.wrap(new float[] {weight}), 0, 1);
        return StepFace.output(weights, 0, weights.whole(new float[] {1}, 0));
    }

    private static float bits(int bits) {
        return Float.intBitsToFloat(bits);
    }

    @Test
    void bfloat16IsRoundedToTheNearest() {
        assertThat(read(bits(0x3f808000))).isEqualTo(bits(0x3f800000)); // ties to even
        assertThat(read(bits(0x3f818000))).isEqualTo(bits(0x3f820000));
        assertThat(read(bits(0x3f808001))).isEqualTo(bits(0x3f810000));
        assertThat(read(bits(0x3f817fff))).isEqualTo(bits(0x3f810000));
        assertThat(read(bits(0xbf808000))).isEqualTo(bits(0xbf800000));
        assertThat(read(bits(0xbf818000))).isEqualTo(bits(0xbf820000));
        assertThat(read(bits(0x3fffffff))).isEqualTo(2); // into the exponent
        assertThat(read(bits(0x00818000))).isEqualTo(bits(0x00820000)); // among the smallest
    }

    @Test
    void bfloat16KeepsWhatIsNoNumber() {
        assertThat(read(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(read(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(read(Float.MAX_VALUE)).isEqualTo(Float.POSITIVE_INFINITY); // as PyTorch does
        for (int nan : new int[] {0x7fc00000, 0x7f800001, 0x7fffffff, 0xffc00000, 0xff800001, 0xffffffff}) {
            assertThat(read(bits(nan))).as(Integer.toHexString(nan)).isNaN();
        }
    }

    @Test
    void bfloat16IsPyTorchs() {
        float[] some = new float[2000];
        for (int i = 0; i < some.length; i++) {
            int exponent = 30 + random.nextInt(200);
            some[i] = bits(random.nextInt() & 0x807fffff | exponent << 23);
        }
        KernelArchive kernels = KernelArchive.compile(Device.cpu(), KernelSource.PLAIN.methods());
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            NDArray half = kernels.call("to")
                    .with(manager.create(some))
                    .with(NumberType.BFLOAT16.code())
                    .into(manager);
            float[] expected = kernels.call("to")
                    .with(half)
                    .with(NumberType.FLOAT32.code())
                    .into(manager)
                    .toFloatArray();
            for (int i = 0; i < some.length; i++) {
                assertThat(read(some[i])).isEqualTo(expected[i]);
            }
        } finally {
            kernels.close();
        }
    }

    @Test
    void int8HasItsSigns() {
        for (int place = 0; place < 70; place++) {
            for (float number : new float[] {-128, -127, -1, 1, 127}) {
                HeapWeights weights = new HeapWeights.Int8(loops, 70, new float[1], new float[] {0.5f});
                float[] row = new float[70];
                row[place] = number;
                weights.fill(FloatBuffer.wrap(row), 0, 1);
                float[] x = new float[70];
                x[place] = 3;
                assertThat(StepFace.output(weights, 0, weights.whole(x, 0))).isEqualTo(1.5f * number);
            }
        }
    }

    @Test
    void bytesAreThoseThatAProductReads() {
        assertThat(new HeapWeights.Float32(loops, 128, bias).bytes()).isEqualTo(5 * 128 * 4);
        assertThat(new HeapWeights.Bfloat16(loops, 128, bias).bytes()).isEqualTo(5 * 128 * 2);
        assertThat(new HeapWeights.Int8(loops, 128, bias, factors).bytes()).isEqualTo(5 * 128);
    }

    @Test
    void whatNoArrayHoldsIsRefused() {
        float[] many = new float[1 << 16];
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> new HeapWeights.Float32(loops, 1 << 15, many));
    }
}
