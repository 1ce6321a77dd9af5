package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.training.GradientCollector;
import io.vitrail.transformer.DjlEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps beside those of torch.optim.AdamW, of torch 2.7.1. */
class AdamWTest {
    private static final AdamW.Settings SETTINGS = new AdamW.Settings(0.8f, 0.9f, 1e-3f, 0.2f, AdamW.Settings.MATRICES);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void aWeightWithoutGradientStaysUntilItHasOne() {
        NDArray always = weight(0.5f, -1);
        NDArray later = weight(1.5f, 0.3f);
        try (AdamW optimizer = new AdamW(manager, new Schedule.Linear(0.1, 0, 5), SETTINGS)) {
            step(optimizer, always, later, false);
            step(optimizer, always, later, false);
            assertThat(later.toFloatArray()).containsExactly(1.5f, 0.3f);
            step(optimizer, always, later, true);
            step(optimizer, always, later, true);
        }
        assertThat(always.toFloatArray()).containsExactly(new float[] {0.20468867f, -0.67313421f}, within(1e-6f));
        assertThat(later.toFloatArray()).containsExactly(new float[] {1.37082088f, 0.19650282f}, within(1e-6f));
    }

    @Test
    void aWeightThatHadAGradientStaysInStepsWithout() {
        NDArray always = weight(0.5f, -1);
        NDArray sometimes = weight(1.5f, 0.3f);
        try (AdamW optimizer = new AdamW(manager, new Schedule.Linear(0.1, 0, 5), SETTINGS)) {
            step(optimizer, always, sometimes, true);
            float[] reached = sometimes.toFloatArray();
            step(optimizer, always, sometimes, false);
            step(optimizer, always, sometimes, false);
            assertThat(sometimes.toFloatArray()).containsExactly(reached);
            step(optimizer, always, sometimes, true);
        }
        assertThat(always.toFloatArray()).containsExactly(new float[] {0.20468867f, -0.67313421f}, within(1e-6f));
        assertThat(sometimes.toFloatArray()).containsExactly(new float[] {1.31943619f, 0.15697454f}, within(1e-6f));
    }

    @Test
    void aDiscardedGradientIsNone() {
        ParameterList parameters = parameters();
        Parameter parameter = parameters.get(0).getValue();
        NDArray weight = parameter.getArray();
        try (AdamW optimizer = new AdamW(manager, new Schedule.Constant(0.1, 0), SETTINGS)) {
            backward(weight, Float.NaN);
            optimizer.discardGradients(parameters);
            optimizer.update(parameter.getId(), weight, weight.getGradient());
            assertThat(weight.toFloatArray()).containsExactly(1.5f, 0.3f);
            backward(weight, 0); // zeros, but there
            optimizer.update(parameter.getId(), weight, weight.getGradient());
            assertThat(weight.toFloatArray()).containsExactly(new float[] {1.5f * 0.98f, 0.3f * 0.98f}, within(1e-6f));
        }
    }

    @Test
    void aResumedTrainingGoesOnWithItsRateWhateverItsStepsReached(@TempDir Path folder) {
        Path file = folder.resolve("state");
        float[] uninterrupted = byTurns(file);
        ParameterList parameters = parameters();
        try (AdamW optimizer = new AdamW(manager, new Schedule.Linear(0.1, 0, 5), SETTINGS);
                WeightAverage average = new WeightAverage(manager, new ParameterList(), 0)) {
            new TrainingState(parameters, optimizer, average).restore(file);
            step(optimizer, parameters, 0);
        }
        assertThat(parameters.get(0).getValue().getArray().toFloatArray()).containsExactly(uninterrupted);
    }

    /** One of two weights in the first step, the other in the second, where the state is saved, and the first in the third. */
    private float[] byTurns(Path file) {
        ParameterList parameters = parameters();
        try (AdamW optimizer = new AdamW(manager, new Schedule.Linear(0.1, 0, 5), SETTINGS);
                WeightAverage average = new WeightAverage(manager, new ParameterList(), 0)) {
            step(optimizer, parameters, 0);
            step(optimizer, parameters, 1);
            new TrainingState(parameters, optimizer, average).save(file, Map.of());
            step(optimizer, parameters, 0);
        }
        return parameters.get(0).getValue().getArray().toFloatArray();
    }

    private static void step(AdamW optimizer, ParameterList parameters, int reached) {
        backward(parameters.get(reached).getValue().getArray(), 1);
        for (Parameter parameter : parameters.values()) {
            NDArray weight = parameter.getArray();
            optimizer.update(parameter.getId(), weight, weight.getGradient());
        }
    }

    private ParameterList parameters() {
        ParameterList parameters = new ParameterList();
        for (String name : List.of("first", "second")) {
            Parameter parameter = Parameter.builder()
                    .setName(name)
                    .setType(Parameter.Type.WEIGHT)
                    .build();
            parameter.setArray(weight(1.5f, 0.3f));
            parameters.add(name, parameter);
        }
        return parameters;
    }

    private static void backward(NDArray weight, float slope) {
        try (GradientCollector collector = DjlEngine.get().newGradientCollector()) {
            collector.backward(weight.mul(slope).sum());
        }
    }

    /** Of always² and, perhaps, later³; the one that lacks a gradient comes first. */
    private static void step(AdamW optimizer, NDArray always, NDArray later, boolean both) {
        try (GradientCollector collector = DjlEngine.get().newGradientCollector()) {
            NDArray loss = always.square().sum();
            collector.backward(both ? loss.add(later.mul(later).mul(later).sum()) : loss);
        }
        optimizer.update("later", later, later.getGradient());
        optimizer.update("always", always, always.getGradient());
    }

    private NDArray weight(float... values) {
        NDArray weight = manager.create(values, new Shape(1, values.length));
        weight.setRequiresGradient(true);
        return weight;
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThatThrownBy(() -> new AdamW.Settings(1, 0.9f, 0, 0, AdamW.Settings.MATRICES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("beta1 must be in [0, 1), not 1.0");
        assertThatThrownBy(() -> new AdamW.Settings(0, 0.9f, -1, 0, AdamW.Settings.MATRICES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("epsilon must not be negative: -1.0");
    }
}
