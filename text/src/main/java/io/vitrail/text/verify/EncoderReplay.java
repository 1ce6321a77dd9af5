package io.vitrail.text.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.text.TextEncoder;
import io.vitrail.text.TextFeatures;
import io.vitrail.text.TextInput;
import io.vitrail.text.TextTask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import java.util.Map;

/** Forward passes and sentence embeddings of text encoders. */
final class EncoderReplay {
    private EncoderReplay() {}

    static Replayed of(
            GoldenCall call, Map<String, GoldenTensor> inputs, TextEncoder model, NDManager scope, Pass pass) {
        call.onlyOptions(TextReplayer.OPTIONS);
        call.onlyInputs(TextReplayer.INPUTS);
        TextFeatures features = model.features(input(inputs, model, scope), pass);
        if (call.operation().equals("sentence_embedding")) {
            return embedding(features);
        }
        if (model.hasHead()) {
            model.logits(features, pass);
        }
        return TextReplayer.recorded(pass);
    }

    /** The mean over the tokens, and the same with length 1. */
    private static Replayed embedding(TextFeatures features) {
        NDArray mean = features.mean(); // [batch, width]
        return Replayed.of(Map.of("mean", GoldenTensor.of(mean), "embedding", GoldenTensor.of(mean.normalize(2, 1))));
    }

    /** The texts of a multiple choice are grouped by question: [batch, choices, tokens]. */
    private static TextInput input(Map<String, GoldenTensor> inputs, TextEncoder model, NDManager scope) {
        long[] shape = inputs.get("input_ids").shape();
        boolean grouped = model.task() == TextTask.MULTIPLE_CHOICE;
        Check.that(
                shape.length == (grouped ? 3 : 2),
                "input_ids must be %s.",
                grouped ? "[batch, choices, tokens]" : "[batch, tokens]");
        TextInput input = TextInput.of(array(inputs.get("input_ids"), grouped, scope));
        if (grouped) {
            input = input.withChoices(Math.toIntExact(shape[1]));
        }
        if (inputs.containsKey("token_type_ids")) {
            input = input.withSegments(array(inputs.get("token_type_ids"), grouped, scope));
        }
        if (inputs.containsKey("position_ids")) {
            input = input.withPlaces(array(inputs.get("position_ids"), grouped, scope));
        }
        return inputs.containsKey("attention_mask")
                ? input.withMask(array(inputs.get("attention_mask"), grouped, scope))
                : input;
    }

    private static NDArray array(GoldenTensor tensor, boolean grouped, NDManager scope) {
        NDArray array = tensor.toArray(scope);
        return grouped ? array.reshape(-1, tensor.shape()[tensor.shape().length - 1]) : array;
    }
}
