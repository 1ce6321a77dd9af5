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
    private static final int ROWS = 150; // blocks and some more

    private final Random random = new Random(42);
    private final StepLoops loops = StepLoops.available().orElseThrow();
    private final float[] bias = wholes(ROWS, 9);
    private final float[] factors = exactFactors();

    private static float[] exactFactors() {
        float[] factors = new float[ROWS];
        for (int i = 0; i < ROWS; i++) {
            factors[i] = (i % 3 - 1.5f) * (1 << i % 4);
        }
        return factors;
    }

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
        int last = weights.blocks() - 1;
        weights.fill(matrix, last, last + 1);
        weights.fill(matrix, 0, last);
        float[] x = wholes(3 * width, 20);
        for (int token = 0; token < 3; token++) {
            float[] one = Arrays.copyOfRange(x, token * width, (token + 1) * width);
            for (int row = 0; row < ROWS; row++) {
                double sum = 0;
                for (int i = 0; i < width; i++) {
                    sum += (double) all[row * width + i] * x[token * width + i];
                }
                assertThat(StepFace.output(weights, row, one)).isEqualTo((float) (sum * factor[row] + bias[row]));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 15, 16, 17, 31, 32, 33, 48, 49, 63, 64, 65, 96, 127, 128, 129, 576, 1000})
    void productsOfAnyWidth(int width) {
        float[] ones = new float[ROWS];
        Arrays.fill(ones, 1);
        assertProducts(new HeapWeights.Float32(loops, width, bias), ones);
        assertProducts(new HeapWeights.Bfloat16(loops, width, bias), ones);
        assertProducts(new HeapWeights.Int8(loops, width, bias, factors), factors);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 65})
    void eachRowOfXHasItsOutputs(int width) {
        HeapWeights weights = new HeapWeights.Bfloat16(loops, width, bias);
        weights.fill(FloatBuffer.wrap(wholes(ROWS * width, 127)), 0, weights.blocks());
        float[][] x = {wholes(width, 20), wholes(width, 20), wholes(width, 20)};
        float[] y = new float[3 * ROWS];
        weights.outputs(0, weights.blocks(), x, y);
        for (int token = 0; token < 3; token++) {
            for (int row = 0; row < ROWS; row++) {
                assertThat(y[token * ROWS + row]).isEqualTo(StepFace.output(weights, row, x[token]));
            }
        }
    }

    @Test
    void someBlocksLeaveTheOthersOutputs() {
        HeapWeights weights = new HeapWeights.Float32(loops, 3, bias);
        float[] y = new float[ROWS];
        Arrays.fill(y, Float.NaN);
        weights.outputs(1, 2, new float[][] {{1, 2, 3}}, y);
        for (int i = 0; i < ROWS; i++) {
            assertThat(Float.isNaN(y[i])).isEqualTo(i / weights.block != 1);
        }
    }

    /** The weight as one of bfloat16 is read. */
    private float read(float weight) {
        HeapWeights weights = new HeapWeights.Bfloat16(loops, 1, new float[1]);
        weights.fill(FloatBuffer.wrap(new float[] {weight}), 0, 1);
        return StepFace.output(weights, 0, new float[] {1});
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
                assertThat(StepFace.output(weights, 0, x)).isEqualTo(1.5f * number);
            }
        }
    }

    @Test
    void bytesAreThoseThatAProductReads() {
        int block = 4 * loops.lanes();
        float[] two = new float[block];
        assertThat(new HeapWeights.Float32(loops, 128, two).bytes()).isEqualTo(block * 128 * 4);
        assertThat(new HeapWeights.Bfloat16(loops, 128, two).bytes()).isEqualTo(block * 128 * 2);
        assertThat(new HeapWeights.Int8(loops, 128, two, two).bytes()).isEqualTo(block * 128);
    }

    @Test
    void whatNoArrayHoldsIsRefused() {
        float[] many = new float[1 << 16];
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> new HeapWeights.Float32(loops, 1 << 15, many));
    }
}
