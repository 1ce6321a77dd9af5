package io.vitrail.transformer.kernels;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.RecordedActivations;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every activation by kernels equals the reference, also far from 0. */
class FastActivationsTest {
    @ParameterizedTest
    @EnumSource
    void behindALinearLayerAndAlone(Face face) {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            Operations fast = face.operations();
            Affine one = fast.prepare(new Affine(manager.ones(new Shape(1, 1)), Optional.empty(), 1, 1));
            NDArray x = RecordedActivations.x(manager).expandDims(1);
            NDArray converted = fast.linear(x, one, Activation.LINEAR); // in the kernels' number type
            for (String name : RecordedActivations.names()) {
                Activation activation = Activation.named(name);
                check(face, fast.linear(x, one, activation), name);
                check(face, fast.activate(converted, activation), name);
            }
        }
    }

    private static void check(Face face, NDArray actual, String name) {
        RecordedActivations.assertEqual(face.operations().leave(actual), name, "y", face.tolerance());
    }
}
