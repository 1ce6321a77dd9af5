package io.vitrail.text.verify;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.text.TextEncoder;
import io.vitrail.text.TextFeatures;
import io.vitrail.text.TextInput;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.text.tokenizer.TokenizerReplayer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.KeptModel;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Replays forward passes of text models. Outputs are read from the pass's {@link Trace}: models have no code for it. */
public final class TextReplayer implements GoldenReplayer {
    private static final Set<String> OPTIONS = Set.of("output_hidden_states", "output_attentions", "return_dict");
    private static final Set<String> INPUTS = Set.of("input_ids", "attention_mask", "token_type_ids", "position_ids");

    private final KeptModel<TextEncoder> kept = new KeptModel<>((checkpoint, className, operations) ->
            TextModels.load(checkpoint, className, TextEncoder.class, operations, Device.cpu()));

    private final TokenizerReplayer tokenizers = new TokenizerReplayer();

    @Override
    public Set<String> families() {
        return TextModels.goldenFamilies();
    }

    @Override
    public boolean computesWithOperations(GoldenCall call) {
        return Set.of("forward", "sentence_embedding").contains(call.operation());
    }

    @Override
    public Replayed replay(GoldenCall call, Map<String, GoldenTensor> inputs, Path path) {
        if (!computesWithOperations(call)) {
            return tokenizers.replay(call, inputs, path);
        }
        call.onlyOptions(OPTIONS);
        call.onlyInputs(INPUTS);
        try (Checkpoint checkpoint = Checkpoint.open(call.checkpoint())) {
            Set<Trace.Stage> stages = call.stages(ConfigJson.of(checkpoint));
            String className = call.className().orElseGet(() -> TextModels.className(checkpoint));
            Session<TextEncoder> session = kept.get(call.checkpoint(), className, path);
            return session.run((model, scope, pass) -> {
                Pass traced = pass.withTrace(Trace.of(scope, stages));
                TextFeatures features = model.features(input(inputs, model, scope), traced);
                if (call.operation().equals("sentence_embedding")) {
                    return embedding(features);
                }
                return forward(model, features, traced);
            });
        }
    }

    private static Replayed forward(TextEncoder model, TextFeatures features, Pass pass) {
        if (model.hasHead()) {
            model.logits(features, pass);
        }
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        pass.trace().recorded().forEach((name, array) -> outputs.put(name, GoldenTensor.of(array)));
        return Replayed.of(outputs);
    }

    /** The mean over the tokens, and the same with length 1. */
    private static Replayed embedding(TextFeatures features) {
        NDArray mean = features.mean(); // [batch, width]
        return Replayed.of(Map.of("mean", GoldenTensor.of(mean), "embedding", GoldenTensor.of(mean.normalize(2, 1))));
    }

    /** The texts of a multiple choice are grouped by question: [batch, choices, tokens]. */
    private static TextInput input(Map<String, GoldenTensor> inputs, TextEncoder model, NDManager scope) {
        Check.that(inputs.containsKey("input_ids"), "The call has no input_ids.");
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

    @Override
    public void close() {
        kept.close();
        tokenizers.close();
    }
}
