package io.vitrail.transformer.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Pair;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.kernels.AdamKernel;
import io.vitrail.transformer.weights.StoredTensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), equal to torch.optim.AdamW. Unlike DJL's
 * it decays only some parameters, clips gradients by their common norm, and hands out its moments, so that training
 * resumes exactly. Owns the moments until {@link #close()}. For one thread.
 */
public final class AdamW extends Optimizer implements AutoCloseable {
    private static final float NO_CLIPPING_BY_ELEMENT = -1;
    static final String MEAN = ".mean";
    static final String SQUARE = ".square";
    static final String UPDATES = ".updates";
    static final String STEPS = "steps";

    /** Which parameters decay. */
    @FunctionalInterface
    public interface Decayed {
        /** @param id as {@link Parameter#getId} gives it */
        boolean test(String id, Shape shape);
    }

    /**
     * @param beta1 decay of the mean of the gradients
     * @param beta2 decay of the mean of their squares
     * @param epsilon added to the root of the latter
     * @param weightDecay part of a weight that a step at learning rate 1 takes away
     * @param decayed which parameters decay
     */
    public record Settings(float beta1, float beta2, float epsilon, float weightDecay, Decayed decayed) {
        /** Matrices and larger: not biases, norms and scales. */
        public static final Decayed MATRICES = (id, shape) -> shape.dimension() >= 2;

        public Settings {
            Check.that(beta1 >= 0 && beta1 < 1, "beta1 must be in [0, 1), not %s", beta1);
            Check.that(beta2 >= 0 && beta2 < 1, "beta2 must be in [0, 1), not %s", beta2);
            Check.that(epsilon >= 0, "epsilon must not be negative: %s", epsilon);
            Check.that(weightDecay >= 0, "weight decay must not be negative: %s", weightDecay);
        }

        /** β 0.9 and 0.999, ε 1e-8, decay of matrices only. */
        public static Settings withDecay(float weightDecay) {
            return new Settings(0.9f, 0.999f, 1e-8f, weightDecay, MATRICES);
        }
    }

    private final Tracker rate;
    private final Settings settings;
    private final NDManager manager;
    private final Map<String, Moments> momentsById = new HashMap<>();
    private final Map<String, Long> changesWhenZeroed = new HashMap<>();
    private final Set<String> inThisStep = new HashSet<>();
    private int step;
    private float gradientScale = 1;

    /** The moments live in a sub-manager of {@code parent}. */
    public AdamW(NDManager parent, Tracker rate, Settings settings) {
        super(new WithoutOptions());
        this.rate = rate;
        this.settings = settings;
        manager = parent.newSubManager();
        manager.setName("AdamW");
    }

    /**
     * Has the next step shrink all gradients so that their common norm is at most {@code maxNorm}, as torch's
     * clip_grad_norm_ does; call it between backward and step.
     *
     * @return the norm before clipping; not finite if a gradient isn't
     */
    public double clipGradients(ParameterList parameters, double maxNorm) {
        Check.that(maxNorm > 0, "the largest gradient norm must be positive, not %s", maxNorm);
        double norm = gradientNorm(parameters);
        gradientScale = (float) Math.min(1, maxNorm / (norm + 1e-6));
        return norm;
    }

    /** Discards all gradients: after a step that isn't taken because they overflowed. */
    public void discardGradients(ParameterList parameters) {
        for (Parameter parameter : parameters.values()) {
            if (parameter.requiresGradient() && isReached(parameter.getId(), parameter.getArray())) {
                zeroGradient(parameter.getId(), parameter.getArray());
            }
        }
    }

    private double gradientNorm(ParameterList parameters) {
        try (NDManager scope = manager.newSubManager()) {
            NDList norms = new NDList();
            for (Parameter parameter : parameters.values()) {
                if (parameter.requiresGradient()) {
                    NDArray gradient = parameter.getArray().getGradient();
                    gradient.attach(scope);
                    norms.add(gradient.norm());
                }
            }
            return NDArrays.stack(norms).norm().getFloat();
        }
    }

    /**
     * One step of one parameter, in place; then its gradient is zero again. A parameter that no backward pass has
     * reached since its last step stays as it is, without decay or moments, as in torch whose gradients are set to none.
     */
    @Override
    public void update(String parameterId, NDArray weight, NDArray gradient) {
        count(parameterId);
        if (!isReached(parameterId, weight)) {
            return;
        }
        Moments moments = momentsById.computeIfAbsent(parameterId, id -> Moments.zeros(manager, weight));
        moments.updates++;
        AdamKernel.Step numbers = new AdamKernel.Step(
                rate.getNewValue(parameterId, step),
                settings.beta1,
                settings.beta2,
                settings.epsilon,
                settings.decayed.test(parameterId, weight.getShape()) ? settings.weightDecay : 0,
                gradientScale,
                moments.updates);
        AdamKernel.of(weight.getDevice())
                .ifPresentOrElse(
                        kernel -> kernel.update(weight, gradient, moments.mean, moments.square, numbers),
                        () -> byEngine(weight, gradient, moments, numbers));
        zeroGradient(parameterId, weight);
    }

    /**
     * DJL's own step computes w -= rate · decay · w; w -= r · m / (√v + e): with r = rate · √(1 - β2ᵗ) / (1 - β1ᵗ) and
     * e = ε · √(1 - β2ᵗ) that is the paper's rate · m̂ / (√v̂ + ε).
     */
    private static void byEngine(NDArray weight, NDArray gradient, Moments moments, AdamKernel.Step step) {
        double correction1 = 1 - Math.pow(step.beta1(), step.updates());
        double correction2 = Math.sqrt(1 - Math.pow(step.beta2(), step.updates()));
        weight.getNDArrayInternal()
                .adamUpdate(
                        new NDList(weight, gradient, moments.mean, moments.square),
                        new NDList(weight),
                        (float) step.rate(),
                        (float) (step.rate() * correction2 / correction1),
                        (float) step.decay(),
                        (float) step.gradientScale(),
                        NO_CLIPPING_BY_ELEMENT,
                        (float) step.beta1(),
                        (float) step.beta2(),
                        (float) (step.epsilon() * correction2),
                        true,
                        true);
    }

    /** A step is over when a parameter comes for the second time. */
    private void count(String parameterId) {
        if (inThisStep.contains(parameterId) || inThisStep.isEmpty()) {
            inThisStep.clear();
            step++;
        }
        inThisStep.add(parameterId);
    }

    /**
     * Whether a backward pass has added to the gradient since it was made zero: it has been changed then. DJL's
     * getGradient gives zeros where there is none.
     */
    private boolean isReached(String parameterId, NDArray weight) {
        try (NDArray gradient = JniUtils.getGradient((PtNDArray) weight)) {
            return gradient != null
                    && changes(gradient)
                            .map(count -> !count.equals(changesWhenZeroed.get(parameterId)))
                            .orElse(true);
        }
    }

    private void zeroGradient(String parameterId, NDArray weight) {
        JniUtils.zeroGrad((PtNDArray) weight);
        try (NDArray gradient = JniUtils.getGradient((PtNDArray) weight)) {
            changes(gradient).ifPresent(count -> changesWhenZeroed.put(parameterId, count));
        }
    }

    /** Nothing where the device has no kernel that counts. */
    private static Optional<Long> changes(NDArray gradient) {
        return AdamKernel.of(gradient.getDevice()).map(kernel -> kernel.changes(gradient));
    }

    /**
     * The moments by parameter name: {@code NAME.mean}, {@code NAME.square}, {@code NAME.updates} (a count); and how many
     * steps there were, {@code steps}. Live arrays.
     */
    Map<String, NDArray> state(ParameterList parameters, NDManager scope) {
        Map<String, NDArray> state = new TreeMap<>();
        state.put(STEPS, scope.create(new long[] {step}));
        for (Pair<String, Parameter> pair : parameters) {
            Moments moments = momentsById.get(pair.getValue().getId());
            if (moments != null) {
                state.put(pair.getKey() + MEAN, moments.mean);
                state.put(pair.getKey() + SQUARE, moments.square);
                state.put(pair.getKey() + UPDATES, scope.create(new long[] {moments.updates}));
            }
        }
        return state;
    }

    /** Takes over what {@link #state} gave, read from a file; parameters without moments there begin anew. */
    void restore(ParameterList parameters, Map<String, StoredTensor> state) {
        momentsById.values().forEach(Moments::close);
        momentsById.clear();
        inThisStep.clear();
        step = Math.toIntExact(state.get(STEPS).buffer().getLong());
        for (Pair<String, Parameter> pair : parameters) {
            StoredTensor updates = state.get(pair.getKey() + UPDATES);
            if (updates != null) {
                Moments moments = Moments.zeros(manager, pair.getValue().getArray());
                state.get(pair.getKey() + MEAN).copyTo(moments.mean);
                state.get(pair.getKey() + SQUARE).copyTo(moments.square);
                moments.updates = Math.toIntExact(updates.buffer().getLong());
                momentsById.put(pair.getValue().getId(), moments);
            }
        }
    }

    @Override
    public void close() {
        momentsById.clear();
        manager.close();
    }

    /** The running means of one parameter's gradients and of their squares (m and v in the paper). */
    private static final class Moments {
        private final NDArray mean;
        private final NDArray square;
        private int updates;

        private Moments(NDArray mean, NDArray square) {
            this.mean = mean;
            this.square = square;
        }

        static Moments zeros(NDManager manager, NDArray weight) {
            return new Moments(
                    manager.zeros(weight.getShape(), weight.getDataType(), weight.getDevice()),
                    manager.zeros(weight.getShape(), weight.getDataType(), weight.getDevice()));
        }

        void close() {
            mean.close();
            square.close();
        }
    }

    /** DJL wants a builder; its options (one decay for all, clipping by element) are not used. */
    private static final class WithoutOptions extends OptimizerBuilder<WithoutOptions> {
        @Override
        protected WithoutOptions self() {
            return this;
        }
    }
}
