package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.vitrail.transformer.DjlEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Steps beside those of torch.optim.AdamW, of torch 2.7.1. */
class AdamWTest {
    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void aWeightWithoutGradientStaysUntilItHasOne() {
        AdamW.Settings settings = new AdamW.Settings(0.8f, 0.9f, 1e-3f, 0.2f, AdamW.Settings.MATRICES);
        NDArray always = weight(0.5f, -1);
        NDArray later = weight(1.5f, 0.3f);
        try (AdamW optimizer = new AdamW(manager, new Schedule.Linear(0.1, 0, 5), settings)) {
            step(optimizer, always, later, false);
            step(optimizer, always, later, false);
            assertThat(later.toFloatArray()).containsExactly(1.5f, 0.3f);
            step(optimizer, always, later, true);
            step(optimizer, always, later, true);
        }
        assertThat(always.toFloatArray()).containsExactly(new float[] {0.20468867f, -0.67313421f}, within(1e-6f));
        assertThat(later.toFloatArray()).containsExactly(new float[] {1.37082088f, 0.19650282f}, within(1e-6f));
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
