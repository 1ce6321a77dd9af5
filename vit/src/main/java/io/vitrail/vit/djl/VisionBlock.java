package io.vitrail.vit.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.Session;
import io.vitrail.vit.ClassScores;
import io.vitrail.vit.Features;
import io.vitrail.vit.Pooling;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.image.ImageProcessor;
import java.io.DataOutputStream;
import java.util.List;

/**
 * A checkpoint's model as DJL runs it: from normalised pixels [batch, 3, imageHeight, imageWidth] to logits [batch,
 * labels], or to vectors [batch, width]. It computes in the model's {@link Session}, by its kernels; to DJL it has no
 * parameters. Thread-safe.
 */
final class VisionBlock extends AbstractBlock {
    /** What the block gives of a batch's features. */
    private interface Answer {
        NDArray of(VisionModel model, Features features, Pass pass);
    }

    private final Session<VisionModel> session;
    private final ImageProcessor processor;
    private final ClassScores scores;
    private final Answer answer;

    private VisionBlock(Session<VisionModel> session, ImageProcessor processor, ClassScores scores, Answer answer) {
        this.session = session;
        this.processor = processor;
        this.scores = scores;
        this.answer = answer;
        VisionModel model = session.model();
        inputNames = List.of("pixel_values");
        beforeInitialize(new Shape(1, model.sizes().get("channels"), model.imageHeight(), model.imageWidth()));
    }

    /** A block that gives logits, or pooled features where there is no classification head. */
    static VisionBlock of(Session<VisionModel> session, ImageProcessor processor, JsonNode config) {
        VisionModel model = session.model();
        ClassScores scores = ClassScores.of(config, model.labels().size());
        return new VisionBlock(
                session, processor, scores, model.classifies() ? VisionModel::logits : pooled(Pooling.POOLED));
    }

    private static Answer pooled(Pooling pooling) {
        return (model, features, pass) -> pooling.pool(features, model.specialTokens());
    }

    /**
     * The same model, for vectors.
     *
     * @throws IllegalArgumentException if it lacks what the pooling needs
     */
    VisionBlock embedding(Pooling pooling) {
        pooling.check(session.model().specialTokens());
        return new VisionBlock(session, processor, scores, pooled(pooling));
    }

    /** Names of the classes by index; empty without a classification head. */
    List<String> labels() {
        return session.model().labels();
    }

    /** How the logits become probabilities. */
    ClassScores scores() {
        return scores;
    }

    /** What makes pixels of pictures. */
    ImageProcessor processor() {
        return processor;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store, NDList inputs, boolean training, PairList<String, Object> ignored) {
        Check.that(
                !training,
                "A model loaded through DJL is prepared for inference.%n  try:  train with io.vitrail.vit.training.");
        NDArray pixels = inputs.singletonOrThrow();
        NDManager caller = pixels.getManager();
        return session.run(Patience.endless(), (model, scope, pass) -> {
            Check.that(
                    pixels.getDevice().equals(scope.getDevice()),
                    "The pixels are on %s, the model is on %s.%n  try:  load it there, with Criteria.optDevice.",
                    pixels.getDevice(),
                    scope.getDevice());
            Features features = model.features(VisionInput.of(Scope.lend(pixels, scope)), pass);
            NDArray result = answer.of(model, features, pass);
            result.attach(caller); // DJL's rule: to whom the argument belongs
            return new NDList(result);
        });
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), -1)};
    }

    /** Refused: DJL would write a file without weights. */
    @Override
    public void saveParameters(DataOutputStream out) {
        throw new UnsupportedOperationException("The weights are in the checkpoint's folder: copy that.");
    }
}
