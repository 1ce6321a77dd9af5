package io.vitrail.transformer;

import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.TruncatedNormalInitializer;
import ai.djl.training.initializer.XavierInitializer;

/** How weights start when a model is trained from scratch (Dosovitskiy et al. 2020, after BERT's recipe). */
public final class Initializers {
    /** Normal with standard deviation 0.02, cut off at two deviations: matrices and tables. */
    public static final Initializer NORMAL = new TruncatedNormalInitializer(0.02f);

    /** 0: biases and shifts. */
    public static final Initializer ZERO = Initializer.ZEROS;

    /** 1: the scales of norms. */
    public static final Initializer ONE = Initializer.ONES;

    /** Normal with variance 2 / inputs, for what a ReLU follows (He et al. 2015). */
    public static final Initializer HE =
            new XavierInitializer(XavierInitializer.RandomType.GAUSSIAN, XavierInitializer.FactorType.IN, 2f);

    private Initializers() {}

    /** The same value everywhere. */
    public static Initializer constant(float value) {
        return (manager, shape, type) -> manager.full(shape, value, type);
    }
}
