package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StepsTest {
    private static final Device CPU = Device.cpu();
    private static final long THIRD = Runtime.getRuntime().maxMemory() / 3;

    @Test
    void smallDecodersHaveNothingToGain() {
        for (NumberType type : NumberType.values()) {
            assertThat(Steps.WHERE_THEY_PAY.pay(0, type)).isFalse();
            assertThat(Steps.WHERE_THEY_PAY.pay(29_999_999, type)).isFalse();
            assertThat(Steps.WHERE_THEY_PAY.pay(30_000_000, type)).isEqualTo(30_000_000L * type.bytes() <= THIRD);
        }
    }

    @Test
    void aThirdOfTheMemoryIsTheMost() {
        for (NumberType type : NumberType.values()) {
            long most = THIRD / type.bytes();
            assertThat(Steps.WHERE_THEY_PAY.pay(most, type)).isEqualTo(most >= 30_000_000);
            assertThat(Steps.WHERE_THEY_PAY.pay(most + 1, type)).isFalse();
            assertThat(Steps.WHERE_THEY_PAY.pay(7_000_000_000L, type)).isEqualTo(7_000_000_000L <= most);
        }
    }

    @Test
    void bytesOfAWeight() {
        assertThat(NumberType.FLOAT32.bytes()).isEqualTo(4);
        assertThat(NumberType.BFLOAT16.bytes()).isEqualTo(2);
        assertThat(NumberType.INT8.bytes()).isEqualTo(1);
    }

    @Test
    void alwaysIsAlways() {
        for (NumberType type : NumberType.values()) {
            assertThat(Steps.ALWAYS.pay(0, type)).isTrue();
            assertThat(Steps.ALWAYS.pay(1, type)).isTrue();
            assertThat(Steps.ALWAYS.pay(Long.MAX_VALUE / 8, type)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void onlyWhereTheyPayAreThereSteps(Precision precision) {
        Operations usual = Kernels.choose(CPU, precision);
        assertThat(usual.stepping(1)).isSameAs(usual);
        assertThat(usual.stepping(29_999_999)).isSameAs(usual);
        assertThat(usual.stepping(Long.MAX_VALUE / 8)).isSameAs(usual);
        NumberType inside = ((FastOperations) usual.within()).type();
        boolean pays = Steps.WHERE_THEY_PAY.pay(30_000_000, inside); // by what is in the decoder
        assertThat(usual.stepping(30_000_000) instanceof StepOperations).isEqualTo(pays);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void chosenStepsAreThereForAnySize(Precision precision) {
        Operations chosen = Kernels.choosingSteps(CPU, precision);
        assertThat(chosen).hasToString(Kernels.choose(CPU, precision).toString());
        Operations steps = chosen.stepping(1);
        assertThat(steps).isInstanceOf(StepOperations.class).hasToString(chosen + ", steps in Java");
        assertThat(steps.within()).isInstanceOf(StepOperations.class);
        assertThat(steps.stepping(1)).isSameAs(steps);
    }

    @Test
    void onlyStepsKeepWeightsOnceMore() {
        Operations chosen = Kernels.choosingSteps(CPU, Precision.FP32);
        try (NDManager manager = DjlEngine.newManager(CPU)) {
            Affine loaded = new Affine(manager.ones(new Shape(3, 2)), Optional.empty(), 2, 3);
            assertThat(chosen.prepare(loaded).steps()).isEmpty();
            assertThat(chosen.stepping(1).prepare(loaded).steps()).isPresent();
        }
    }

    @Test
    void readableOperationsHaveNone() {
        Operations readable = ReadableOperations.INSTANCE;
        assertThat(readable.stepping(1_000_000_000)).isSameAs(readable);
    }
}
