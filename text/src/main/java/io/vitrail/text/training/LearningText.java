package io.vitrail.text.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextEncoder;
import io.vitrail.text.TextFeatures;
import io.vitrail.text.TextInput;
import io.vitrail.text.TextModel;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;

/**
 * A text model that DJL's trainer drives: ids, which of them are real, and perhaps segments, each [batch, tokens], to scores.
 * When it learns, it leaves out numbers of the embedded tokens, of what each sub-layer adds, and of what a pooler prepares,
 * and weights of attention.
 */
final class LearningText extends TensorBlock {
    private final TextModel model;
    private final DropoutRates dropout;

    LearningText(TextModel model, DropoutRates dropout) {
        this.model = part("model", model);
        this.dropout = dropout;
    }

    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        return scores(TextInput.of(ids), pass);
    }

    @Override
    protected NDList forward(NDList inputs, Pass pass) {
        TextInput input = TextInput.of(inputs.get(0)).withMask(inputs.get(1));
        TextInput read = inputs.size() > 2 ? input.withSegments(inputs.get(2)) : input;
        return new NDList(scores(read, pass));
    }

    private NDArray scores(TextInput input, Pass given) {
        Pass pass = dropout.in(given);
        if (model instanceof TextDecoder decoder) {
            return decoder.logits(decoder.states(input, pass), pass);
        }
        TextEncoder encoder = (TextEncoder) model;
        TextFeatures features = encoder.features(input, pass);
        TextFeatures kept =
                new TextFeatures(input, features.tokens(), features.pooled().map(pass.operations()::drop));
        return encoder.logits(kept, pass);
    }
}
