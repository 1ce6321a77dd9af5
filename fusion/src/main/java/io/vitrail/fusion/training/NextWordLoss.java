package io.vitrail.fusion.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.training.LabelSmoothing;

/** The mean loss of the words that follow: ids [batch, tokens] against logits [batch, tokens, vocabulary]. */
final class NextWordLoss extends Loss {
    private final LabelSmoothing smoothed;

    NextWordLoss(float smoothing) {
        super("NextWordLoss");
        smoothed = new LabelSmoothing(smoothing);
    }

    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        NDArray logits = predictions.singletonOrThrow();
        Shape shape = logits.getShape();
        NDArray rows = logits.reshape(shape.get(0) * shape.get(1), shape.get(2));
        return smoothed.evaluate(new NDList(labels.singletonOrThrow().flatten()), new NDList(rows));
    }
}
