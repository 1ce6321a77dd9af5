package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.util.Pair;
import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two kinds of tokens of unequal widths and lengths, and what is made of them. */
class CrossModalFusionTest {
    private static final EncoderConfig LAYERS = new EncoderConfig(12, 2, 3, 20, 1e-6f, Activation.GELU, Bias.PRESENT);
    private static final int CONTEXT_WIDTH = 10;
    private static final int VOCABULARY = 17;
    private static final FusionDecoder.Config WRITING =
            new FusionDecoder.Config(LAYERS, CONTEXT_WIDTH, VOCABULARY, 8, 0.1f);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private final Pass pass = Pass.inference(ReadableOperations.INSTANCE);

    @BeforeEach
    void seed() {
        DjlEngine.get().setRandomSeed(7);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private <B extends TensorBlock> B initialized(B block, NDManager owner) {
        block.initialize(owner, DataType.FLOAT32, new Shape(1, 1));
        return block;
    }

    private NDArray random(long... shape) {
        return manager.randomNormal(new Shape(shape));
    }

    private NDArray ids(long... ids) {
        return manager.create(ids, new Shape(1, ids.length));
    }

    @Test
    void paddingOfEitherSideHasNoInfluence() {
        CrossModalFusion fusion = initialized(new CrossModalFusion(LAYERS, CONTEXT_WIDTH), manager);
        NDArray stream = random(1, 3, 12);
        NDArray context = random(1, 4, CONTEXT_WIDTH);
        float[] expected = fusion.forward(Tokens.of(stream.duplicate()), Tokens.of(context), pass)
                .vectors()
                .toFloatArray();
        Tokens longStream = padded(stream, 5);
        Tokens longContext = padded(context, 7);
        NDArray fused = fusion.forward(longStream, longContext, pass).vectors();
        assertThat(fused.get(":, :3").toFloatArray()).containsExactly(expected, within(1e-5f));
    }

    /** With noise behind its end, which the mask hides. */
    private Tokens padded(NDArray tokens, int length) {
        long real = tokens.getShape().get(1);
        NDArray noise = random(1, length - real, tokens.getShape().get(2)).mul(9);
        float[] flags = new float[length];
        Arrays.fill(flags, 0, (int) real, 1);
        return new Tokens(
                tokens.concat(noise, 1), new AttentionMask.Padding(manager.create(flags, new Shape(1, length))));
    }

    @Test
    void theContextMatters() {
        CrossModalFusion fusion = initialized(new CrossModalFusion(LAYERS, CONTEXT_WIDTH), manager);
        NDArray stream = random(1, 3, 12);
        NDArray some = fusion.forward(Tokens.of(stream.duplicate()), Tokens.of(random(1, 4, CONTEXT_WIDTH)), pass)
                .vectors();
        NDArray others = fusion.forward(Tokens.of(stream.duplicate()), Tokens.of(random(1, 4, CONTEXT_WIDTH)), pass)
                .vectors();
        assertThat(some.sub(others).abs().max().getFloat()).isGreaterThan(1e-3f);
    }

    @Test
    void classesComeFromRealTokens() {
        FusionClassifier classifier = initialized(new FusionClassifier(LAYERS, CONTEXT_WIDTH, 5), manager);
        NDArray stream = random(1, 3, 12);
        NDArray context = random(1, 4, CONTEXT_WIDTH);
        NDArray logits = classifier.logits(Tokens.of(stream.duplicate()), Tokens.of(context), pass);
        assertThat(logits.getShape()).isEqualTo(new Shape(1, 5));
        assertThat(classifier
                        .logits(padded(stream, 6), padded(context, 9), pass)
                        .toFloatArray())
                .containsExactly(logits.toFloatArray(), within(1e-5f));
    }

    @Test
    void aWordSeesNoneBehindIt() {
        FusionDecoder decoder = initialized(new FusionDecoder(WRITING), manager);
        Pass asking = pass.withContext(Tokens.of(random(1, 4, CONTEXT_WIDTH)));
        NDArray some = decoder.forward(ids(2, 5, 6, 7), asking).get(":, :2");
        NDArray others = decoder.forward(ids(2, 5, 9, 1), asking).get(":, :2");
        assertThat(others.toFloatArray()).containsExactly(some.toFloatArray(), within(1e-5f));
    }

    @Test
    void aWordIsScoredAlikeWithAndWithoutACache() {
        for (Operations operations :
                new Operations[] {ReadableOperations.INSTANCE, Kernels.choose(Device.cpu(), Precision.FP32)}) {
            NDArray context = random(2, 4, CONTEXT_WIDTH);
            FusionDecoder decoder = new FusionDecoder(WRITING);
            try (Session<FusionDecoder> session =
                            new Session<>(decoder, operations, Device.cpu(), owner -> initialized(decoder, owner));
                    CachedDecoding<FusionDecoder> decoding = CachedDecoding.asking(
                            session,
                            model -> model,
                            (model, scope, inner) ->
                                    Tokens.of(scope.create(context.toFloatArray(), context.getShape())),
                            Patience.endless())) {
                decoding.next(new long[][] {{2, 5}, {2, 9}});
                float[][] scores = decoding.next(new long[][] {{6}, {4}});
                float[] whole = session.run((model, scope, inner) -> {
                    NDArray all = scope.create(new long[] {2, 5, 6, 2, 9, 4}, new Shape(2, 3));
                    NDArray asked = scope.create(context.toFloatArray(), context.getShape());
                    return model.forward(all, inner.withContext(Tokens.of(asked)))
                            .toFloatArray(); // of 2 rows of 3 words
                });
                for (int row = 0; row < 2; row++) {
                    int last = (3 * row + 2) * VOCABULARY;
                    assertThat(scores[row])
                            .containsExactly(Arrays.copyOfRange(whole, last, last + VOCABULARY), within(1e-5f));
                }
            }
        }
    }

    @Test
    void gradientsReachEveryWeightOfAWriter() {
        NDArray words = manager.create(new long[] {2, 5, 6, 2, 7, 3}, new Shape(2, 3));
        NDArray real = manager.create(new float[] {1, 1, 1, 0, 1, 1, 0, 0}, new Shape(2, 4));
        assertGradients(new FusionDecoder(WRITING), new NDList(words, random(2, 4, CONTEXT_WIDTH), real));
    }

    @Test
    void gradientsReachEveryWeightOfAClassifier() {
        NDArray ofStream = manager.create(new float[] {1, 1, 0, 1, 1, 1}, new Shape(2, 3));
        NDArray ofContext = manager.create(new float[] {1, 1, 1, 0, 1, 1, 0, 0}, new Shape(2, 4));
        NDList inputs = new NDList(random(2, 3, 12), random(2, 4, CONTEXT_WIDTH), ofStream, ofContext);
        assertGradients(new FusionClassifier(LAYERS, CONTEXT_WIDTH, 5), inputs);
    }

    private static void assertGradients(TensorBlock block, NDList inputs) {
        try (Model model = Model.newInstance("fusion", Device.cpu(), "PyTorch")) {
            model.setBlock(block);
            try (Trainer trainer = model.newTrainer(
                    new DefaultTrainingConfig(Loss.l2Loss()).optDevices(new Device[] {Device.cpu()}))) {
                trainer.initialize(inputs.getShapes());
                try (GradientCollector gradients = trainer.newGradientCollector()) {
                    gradients.backward(
                            trainer.forward(inputs).singletonOrThrow().square().sum());
                }
                for (Pair<String, Parameter> parameter : block.getParameters()) {
                    NDArray gradient = parameter.getValue().getArray().getGradient();
                    boolean keyBias = parameter.getKey().contains("ey")
                            && parameter.getKey().endsWith("bias");
                    if (!keyBias) { // it shifts all scores of a query alike
                        assertThat(gradient.abs().sum().getFloat())
                                .as(parameter.getKey())
                                .isGreaterThan(0);
                    }
                }
            }
        }
    }

    @Test
    void trainingLeavesNumbersOutAndInferenceDoesNot() {
        FusionDecoder decoder = initialized(new FusionDecoder(WRITING), manager);
        NDList inputs = new NDList(ids(2, 5, 6), random(1, 4, CONTEXT_WIDTH));
        ParameterStore store = new ParameterStore(manager, false);
        float[] some = decoder.forward(store, inputs, false).singletonOrThrow().toFloatArray();
        assertThat(decoder.forward(store, inputs, false).singletonOrThrow().toFloatArray())
                .containsExactly(some);
        assertThat(decoder.forward(store, inputs, true).singletonOrThrow().toFloatArray())
                .isNotEqualTo(some);
    }

    @Test
    void wrongWidthsAreNamed() {
        CrossModalFusion fusion = initialized(new CrossModalFusion(LAYERS, CONTEXT_WIDTH), manager);
        assertThatThrownBy(() -> fusion.forward(Tokens.of(random(1, 3, 12)), Tokens.of(random(1, 4, 12)), pass))
                .hasMessage("The context's tokens are 12 wide; this block asks tokens of width 10.");
        assertThatThrownBy(() -> fusion.forward(Tokens.of(random(1, 3, 10)), Tokens.of(random(1, 4, 10)), pass))
                .hasMessage("The stream's tokens are 10 wide; this block's are 12.");
    }
}
