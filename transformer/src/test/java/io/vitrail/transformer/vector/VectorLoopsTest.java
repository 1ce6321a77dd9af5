package io.vitrail.transformer.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.kernels.StepLoops;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole numbers have exact sums; lengths leave each number of lanes over. */
class VectorLoopsTest {
    private static final float NAN = Float.NaN;
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    private final Random random = new Random(42);
    private final StepLoops loops = StepLoops.available().orElseThrow();

    private float[] wholes(int count, int most) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextInt(2 * most + 1) - most;
        }
        return numbers;
    }

    private float[] normals(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    private static double sum(float[] weights, int at, float[] x, int count) {
        return IntStream.range(0, count)
                .mapToDouble(i -> (double) weights[at + i] * x[i])
                .sum();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 576, 1000})
    void dotOfAnyLengthAtAnyPlace(int count) {
        float[] weights = wholes(count + 7, 50);
        float[] x = wholes(count, 50);
        float[] sums = new float[StepLoops.ROWS];
        loops.dots(weights, new int[] {5, 0, 7, 5}, x, sums);
        assertThat(sums)
                .containsExactly(
                        (float) sum(weights, 5, x, count),
                        (float) sum(weights, 0, x, count),
                        (float) sum(weights, 7, x, count),
                        (float) sum(weights, 5, x, count));
    }

    /** Σ x · weight of one of the outputs that lie side by side. */
    private static float sum(float[] weights, int outputs, int output, float[] x) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) weights[i * outputs + output] * x[i];
        }
        return (float) sum;
    }

    private static void assertSums(float[] weights, int outputs, float[] x, float[] sums) {
        for (int output = 0; output < outputs; output++) {
            assertThat(sums[output]).isEqualTo(sum(weights, outputs, output, x));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 576})
    void sumsOfAnyLength(int count) {
        int outputs = 2 * loops.lanes();
        float[] weights = wholes(count * outputs, 127);
        float[] shifted = new float[3 + weights.length];
        System.arraycopy(weights, 0, shifted, 3, weights.length);
        float[] x = wholes(count, 50);
        float[] sums = wholes(outputs, 50); // of before, and of no account
        loops.sums(shifted, 3, x, sums);
        assertSums(weights, outputs, x, sums);
    }

    /** What lies before and behind is -1, which is no number of bfloat16. */
    private int[] packed(float[] weights, int outputs, int bits) {
        int lanes = loops.lanes();
        int[] packed = new int[lanes + weights.length / outputs * lanes + lanes];
        Arrays.fill(packed, -1);
        for (int i = 0; i < weights.length; i++) {
            int output = i % outputs;
            int place = lanes + i / outputs * lanes + output % lanes;
            int number = bits == 16 ? Float.floatToIntBits(weights[i]) >>> 16 : (int) weights[i] & 0xff;
            packed[place] = (output < lanes ? 0 : packed[place]) | number << output / lanes * bits;
        }
        return packed;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 576})
    void sumsBfloat16(int count) {
        int outputs = 2 * loops.lanes();
        float[] weights = wholes(count * outputs, 127);
        float[] x = wholes(count, 50);
        float[] sums = wholes(outputs, 50);
        loops.sumsBfloat16(packed(weights, outputs, 16), loops.lanes(), x, sums);
        assertSums(weights, outputs, x, sums);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 576})
    void sumsInt8(int count) {
        int outputs = 4 * loops.lanes();
        float[] weights = wholes(count * outputs, 127);
        if (count > 0) {
            weights[0] = -128;
        }
        float[] x = wholes(count, 20);
        float[] sums = wholes(outputs, 50);
        loops.sumsInt8(packed(weights, outputs, 8), loops.lanes(), x, sums);
        assertSums(weights, outputs, x, sums);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 8, 13, 16, 17, 63, 64, 65, 80, 127, 128, 130})
    void mixOfRowsOfAnyLength(int length) {
        for (int count : new int[] {0, 1, 2, 5}) {
            float[] rows = wholes(count * length + 9, 50);
            float[] factors = wholes(count, 50);
            float[] expected = new float[length];
            for (int i = 0; i < count * length; i++) {
                expected[i % length] += factors[i / length] * rows[4 + i];
            }
            float[] sum = wholes(length, 50); // of before, and of no account
            loops.mix(factors, rows, 4, sum);
            assertThat(sum).containsExactly(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 15, 16, 17, 33, 64, 300})
    void softmaxOfTheFirstNumbers(int count) {
        float[] x = normals(count + 3);
        for (int i = 0; i < x.length; i++) {
            x[i] = 10 * x[i] + 500; // e^500 is no float
        }
        float[] y = x.clone();
        loops.softmax(y, count);
        double sum = IntStream.range(0, count).mapToDouble(i -> Math.exp(x[i])).sum();
        for (int i = 0; i < count; i++) {
            assertThat((double) y[i]).isCloseTo(Math.exp(x[i]) / sum, within(1e-6));
        }
        assertThat(Arrays.copyOfRange(y, count, y.length)).containsExactly(Arrays.copyOfRange(x, count, x.length));
    }

    @Test
    void softmaxLeavesHiddenKeysOut() {
        for (int count : new int[] {3, 16, 21, 70}) {
            for (int seen = 0; seen < count; seen++) {
                float[] x = new float[count];
                Arrays.fill(x, AttentionMask.HIDDEN);
                x[seen] = -4;
                loops.softmax(x, count);
                assertThat(x[seen]).isEqualTo(1);
                x[seen] = 0;
                for (float hidden : x) {
                    assertThat(hidden).isBetween(0f, 1e-37f);
                }
            }
        }
    }

    /** Smaller than the smallest normal number, too. */
    @ParameterizedTest
    @ValueSource(
            floats = {-20, -60.5f, -87, -87.4f, -90, -95, -100, -103, -103.5f, -104, -105, -1000, -3e38f, -INFINITY})
    void softmaxOfFarNumbersIsTheirPower(float far) {
        float[] x = new float[64];
        Arrays.fill(x, far);
        x[20] = 0;
        loops.softmax(x, x.length);
        float expected = (float) Math.exp(far);
        assertThat(x[63]).isCloseTo(expected, within(2 * Float.MIN_VALUE + 1e-6f * expected));
        assertThat(x[20]).isCloseTo(1, within(1e-6f));
    }

    @ParameterizedTest
    @ValueSource(floats = {-104, -90, -88.6f, -88, -87, -60, -1, 0, 1, 60, 88, 89, 104, 3e38f})
    void sigmoidNearTheEndsOfItsPower(float y) {
        float[] all = new float[64];
        Arrays.fill(all, y);
        loops.activate(Activation.SIGMOID, all, 0, 64);
        double power = (float) Math.exp(-y);
        assertThat((double) all[40]).isCloseTo(1 / (1 + power), within(2 * Float.MIN_VALUE + 2e-7 / (1 + power)));
    }

    @Test
    void softmaxSpreadsEvenlyIfAllIsHidden() {
        for (int count : new int[] {1, 5, 16, 50}) {
            float[] x = new float[count];
            Arrays.fill(x, AttentionMask.HIDDEN);
            x[count / 2] += 7; // a score is nothing beside it
            loops.softmax(x, count);
            for (float share : x) {
                assertThat(share).isCloseTo(1f / count, within(1e-7f));
            }
        }
    }

    @Test
    void softmaxTellsOfNumbersThatAreNone() {
        for (int count : new int[] {2, 16, 37}) {
            for (int place : new int[] {0, count / 2, count - 1}) {
                float[] x = normals(count);
                x[place] = NAN;
                loops.softmax(x, count);
                for (float share : x) {
                    assertThat(share).isNaN();
                }
            }
        }
    }

    private static float[] byEngine(Activation activation, float[] x) {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            return activation.apply(manager.create(x)).toFloatArray();
        }
    }

    private void assertEqual(Activation activation, float[] x) {
        float[] expected = byEngine(activation, x);
        float[] y = x.clone();
        loops.activate(activation, y, 0, y.length);
        for (int i = 0; i < x.length; i++) {
            if (Float.isFinite(expected[i])) {
                float most = 2e-6f * Math.max(1, Math.abs(expected[i]));
                assertThat(y[i]).as("%s of %s", activation, x[i]).isCloseTo(expected[i], within(most));
            } else {
                assertThat(y[i]).as("%s of %s", activation, x[i]).isEqualTo(expected[i]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activationsNearAndFarFromZero(Activation activation) {
        float[] near = new float[4001];
        for (int i = 0; i < near.length; i++) {
            near[i] = (i - 2000) / 150f;
        }
        assertEqual(activation, near);
        float[] far = {0, -0f, 1e-20f, -1e-20f, 20.5f, -20.5f, 44, -44, 88, -88, 89, -89, 100, -100, 1e4f, -1e4f};
        assertEqual(activation, far);
        assertEqual(activation, Arrays.copyOf(far, 13));
        float[] farther = {1e9f, -1e9f, 1e15f, -1e15f, 1e20f, -1e20f, 1e30f, -1e30f}; // the engine's are vectors of 8
        assertEqual(activation, farther);
        assertEqual(activation, Arrays.copyOf(farther, 16));
        assertEqual(
                activation, new float[] {-1e30f, 1e30f, -1e30f, 1e30f, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1e30f, 1e30f});
    }

    /** In the vectors, and in what they leave over. */
    @ParameterizedTest
    @EnumSource(Activation.class)
    void activationsKeepWhatIsNoNumber(Activation activation) {
        for (int place = 0; place < 37; place++) {
            float[] y = normals(37);
            y[place] = NAN;
            loops.activate(activation, y, 0, 37);
            for (int i = 0; i < 37; i++) {
                assertThat(Float.isNaN(y[i])).as("%d of %d", i, place).isEqualTo(i == place);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activationsOfInfinityAreTheirLimits(Activation activation) {
        float most =
                switch (activation) {
                    case RELU6 -> 6;
                    case CLIPPED_GELU -> 10;
                    case TANH, SIGMOID, LAPLACE -> 1;
                    default -> INFINITY;
                };
        float[] y = new float[19];
        Arrays.fill(y, INFINITY);
        loops.activate(activation, y, 0, 19);
        for (float number : y) {
            assertThat(number).isEqualTo(most);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Activation.class,
            names = {"RELU", "RELU_SQUARED", "RELU6", "SIGMOID", "LAPLACE"})
    void activationsOfMinusInfinityAreZero(Activation activation) {
        float[] y = new float[19];
        Arrays.fill(y, -INFINITY);
        loops.activate(activation, y, 0, 19);
        for (float number : y) {
            assertThat(number).isCloseTo(0, within(1e-37f));
        }
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activationsOfSomeLeaveTheOthers(Activation activation) {
        float[] x = normals(70);
        float[] all = byEngine(activation, x);
        for (int first : new int[] {0, 3, 16, 21}) {
            for (int end : new int[] {first, first + 1, 22, 37, 53, 70}) {
                float[] y = x.clone();
                loops.activate(activation, y, first, end);
                for (int i = 0; i < x.length; i++) {
                    boolean changed = i >= first && i < end;
                    assertThat(y[i]).isCloseTo(changed ? all[i] : x[i], within(changed ? 2e-6f : 0));
                }
            }
        }
    }
}
