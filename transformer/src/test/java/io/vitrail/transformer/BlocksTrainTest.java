package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Pair;
import io.vitrail.transformer.BucketedPositionBias.Sight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Blocks are DJL blocks: gradients reach every weight, and a loss falls. */
class BlocksTrainTest {
    private static final int WIDTH = 12;
    private static final AttentionConfig ATTENTION = AttentionConfig.of(WIDTH, 3);
    private static final EncoderConfig CONFIG =
            new EncoderConfig(WIDTH, 2, 3, 20, 1e-6f, Activation.GELU, Bias.PRESENT);
    private static final Shape TOKENS = new Shape(2, 5, WIDTH);

    @BeforeEach
    void seed() {
        DjlEngine.get().setRandomSeed(7);
    }

    static Stream<Named<TensorBlock>> blocks() {
        return Stream.of(
                Named.of("self-attention", new SelfAttention(ATTENTION)),
                Named.of("cross-attention", new AskingItself()),
                Named.of("attention pooling", new AttentionPooling(CONFIG)),
                Named.of("MLP", new Mlp(WIDTH, 20, Activation.GELU_TANH)),
                Named.of("gated MLP", new GatedMlp(WIDTH, 20, Activation.SILU, Bias.PRESENT)),
                Named.of("packed gated MLP", new PackedGatedMlp(WIDTH, 20, Activation.SILU)),
                Named.of("layer scale", new LayerScale(WIDTH, 0.1f)),
                Named.of("layer norm", new TokenNorm(WIDTH, 1e-6f)),
                Named.of("RMS norm", new RmsNorm(WIDTH, 1e-6f)),
                Named.of("learned positions", new LearnedPositions(5, WIDTH)),
                Named.of(
                        "interpolated positions",
                        new OnGrid(new GridPositions(1, new Grid(3, 3), WIDTH, Interpolation.BICUBIC))),
                Named.of("relative bias", new WithBias(new RelativePositionBias(1, new Grid(2, 2), 3))),
                Named.of("bucketed bias", new WithBuckets(new BucketedPositionBias(Sight.BOTH_SIDES, 6, 9, 3))),
                Named.of("relative attention", new WithDistances()),
                Named.of("adaptive softmax", adaptiveSoftmax()),
                Named.of("pre-norm encoder", CONFIG.preNormEncoder()),
                Named.of("post-norm block", postNorm()),
                Named.of("scaled pre-norm block", scaledPreNorm()));
    }

    private static TensorBlock postNorm() {
        return new PostNormBlock(
                new SelfAttention(ATTENTION), CONFIG.norm(), new Mlp(WIDTH, 20, Activation.RELU), CONFIG.norm());
    }

    private static TensorBlock adaptiveSoftmax() {
        WordClusters clusters = new WordClusters(9, List.of(4), 6, 2, WIDTH);
        AdaptiveSoftmax.Tied nothing = new AdaptiveSoftmax.Tied(false, List.of(false, false));
        return new AdaptiveSoftmax(clusters, new AdaptiveEmbedding(clusters), nothing);
    }

    private static TensorBlock scaledPreNorm() {
        return new ScaledPreNormBlock(
                CONFIG.norm(),
                new SelfAttention(ATTENTION),
                new LayerScale(WIDTH, 0.1f),
                CONFIG.norm(),
                new Mlp(WIDTH, 20, Activation.GELU),
                new LayerScale(WIDTH, 0.1f));
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void gradientsReachEveryWeight(TensorBlock block) {
        try (Model model = model(block);
                Trainer trainer = trainer(model)) {
            NDManager manager = trainer.getManager();
            NDArray x = Weights.wave(manager, TOKENS.getShape());
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDArray y = trainer.forward(new NDList(x)).singletonOrThrow();
                collector.backward(
                        y.mul(Weights.wave(manager, y.getShape().getShape())).sum());
            }
            for (Pair<String, Parameter> weight : block.getParameters()) {
                float gradient =
                        weight.getValue().getArray().getGradient().norm().getFloat();
                if (weight.getKey().contains("key_bias")) {
                    assertThat(gradient).isCloseTo(0, within(1e-5f)); // softmax: what all keys share changes nothing
                } else {
                    assertThat(gradient).as(weight.getKey()).isPositive();
                }
            }
        }
    }

    @Test
    void theLossOfASmallEncoderFalls() {
        Encoder encoder = CONFIG.preNormEncoder();
        try (Model model = model(encoder);
                Trainer trainer = trainer(model)) {
            List<Float> losses = new ArrayList<>();
            int arrays = 0;
            for (int step = 0; step < 12; step++) {
                losses.add(step(trainer));
                if (step == 1) {
                    arrays = trainer.getManager().getManagedArrays().size();
                }
            }
            assertThat(losses.get(11)).isLessThan(0.5f * losses.get(0));
            assertThat(trainer.getManager().getManagedArrays()).hasSize(arrays); // memory stays flat
        }
    }

    private static float step(Trainer trainer) {
        try (NDManager scope = trainer.getManager().newSubManager()) {
            float value;
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDList x = new NDList(Weights.wave(scope, TOKENS.getShape()));
                NDList target = new NDList(x.get(0).mul(2).cos());
                NDArray loss = trainer.getLoss().evaluate(target, trainer.forward(x));
                collector.backward(loss);
                value = loss.getFloat();
            }
            trainer.step();
            return value;
        }
    }

    @Test
    void anEncodersScopesDoNotChangeGradients() {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            Encoder encoder = Weights.random(CONFIG.preNormEncoder(), manager);
            Pass pass = Pass.driven(ReadableOperations.INSTANCE, new ParameterStore(manager, false), true);
            Map<String, float[]> scoped = gradients(encoder, manager, x -> encoder.forward(x, pass));
            Map<String, float[]> plain = gradients(encoder, manager, x -> {
                for (TensorBlock block : encoder.parts().values()) {
                    x = block.forward(x, pass);
                }
                return x;
            });
            assertThat(scoped).hasSize(2 * 16);
            scoped.forEach(
                    (name, gradient) -> assertThat(gradient).as(name).containsExactly(plain.get(name), within(1e-6f)));
        }
    }

    private static Map<String, float[]> gradients(
            Encoder encoder, NDManager manager, Function<NDArray, NDArray> forward) {
        encoder.getParameters().forEach(weight -> weight.getValue().getArray().setRequiresGradient(true));
        try (GradientCollector collector = DjlEngine.get().newGradientCollector()) {
            NDArray y = forward.apply(Weights.wave(manager, TOKENS.getShape()));
            collector.backward(y.mul(Weights.wave(manager, TOKENS.getShape())).sum());
        }
        Map<String, float[]> gradients = new LinkedHashMap<>();
        encoder.getParameters().forEach(weight -> {
            NDArray gradient = weight.getValue().getArray().getGradient();
            gradients.put(weight.getKey(), gradient.toFloatArray());
            gradient.subi(gradient.duplicate());
        });
        return gradients;
    }

    private static Model model(TensorBlock block) {
        Model model = Model.newInstance("block", Device.cpu(), "PyTorch");
        model.setBlock(block);
        return model;
    }

    private static Trainer trainer(Model model) {
        Optimizer adam =
                Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.02f)).build();
        Trainer trainer = model.newTrainer(new DefaultTrainingConfig(Loss.l2Loss()).optOptimizer(adam));
        trainer.initialize(TOKENS);
        return trainer;
    }

    /** Gives the positions a grid that isn't the table's. */
    private static final class OnGrid extends TensorBlock {
        private final GridPositions positions;

        OnGrid(GridPositions positions) {
            this.positions = part("positions", positions);
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            return positions.forward(x, pass.withGrid(new Grid(2, 2)));
        }
    }

    /** Cross-attention whose context is the stream itself. */
    private static final class AskingItself extends TensorBlock {
        private final CrossAttention attention = part("attention", new CrossAttention(ATTENTION, WIDTH));

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            return attention.forward(x, Tokens.of(x), pass);
        }
    }

    /** Softmax of the bias alone, on a grid that isn't the table's. */
    private static final class WithBias extends TensorBlock {
        private final RelativePositionBias bias;

        WithBias(RelativePositionBias bias) {
            this.bias = part("bias", bias);
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            return bias.forward(x, pass.withGrid(new Grid(3, 2))).softmax(-1);
        }
    }

    /** Its bias for five tokens, in shares. */
    private static final class WithBuckets extends TensorBlock {
        private final BucketedPositionBias bias;

        WithBuckets(BucketedPositionBias bias) {
            this.bias = part("bias", bias);
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            return bias.forward(x, pass).softmax(-1);
        }
    }

    /** Relative attention of tokens that know how far apart they are. */
    private static final class WithDistances extends TensorBlock {
        private final RelativeAttention attention =
                part("attention", new RelativeAttention(ATTENTION, new RelativeAttention.Biases(3, 4)));

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            int tokens = Math.toIntExact(x.getShape().get(1));
            return attention.forward(x, new RelativePositions(WIDTH, 0).sharing(tokens, pass, x.getManager()));
        }
    }
}
