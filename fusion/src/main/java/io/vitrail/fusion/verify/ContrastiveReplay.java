package io.vitrail.fusion.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.fusion.Contrastive;
import io.vitrail.fusion.FusionModel;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Comparisons of pictures with texts, and what either tower alone makes of its input. */
final class ContrastiveReplay {
    private static final Set<String> INPUTS = Set.of("pixel_values", "input_ids", "attention_mask", "position_ids");
    private static final Set<String> OPTIONS =
            Set.of("output_hidden_states", "output_attentions", "return_dict", "interpolate_pos_encoding");

    private ContrastiveReplay() {}

    static Replayed of(
            GoldenCall call, Map<String, GoldenTensor> inputs, Session<FusionModel> session, Checkpoint checkpoint) {
        call.onlyInputs(INPUTS);
        call.onlyOptions(OPTIONS);
        Set<Trace.Stage> stages = call.stages(ConfigJson.of(checkpoint));
        return session.run((model, scope, pass) -> {
            Contrastive towers = (Contrastive) model;
            return switch (call.operation()) {
                case "forward" -> compared(call, inputs, towers, scope, pass.withTrace(Trace.of(scope, stages)));
                case "method" -> features(call, inputs, towers, scope, pass);
                default ->
                    throw new IllegalArgumentException("Operation '" + call.operation() + "' isn't known for towers.");
            };
        });
    }

    private static Replayed compared(
            GoldenCall call, Map<String, GoldenTensor> inputs, Contrastive model, NDManager scope, Pass pass) {
        model.compare(FusionReplayer.pictures(call, inputs, scope), text(inputs, scope), pass);
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        pass.trace().recorded().forEach((name, array) -> outputs.put(name, GoldenTensor.of(array)));
        return Replayed.of(outputs);
    }

    private static Replayed features(
            GoldenCall call, Map<String, GoldenTensor> inputs, Contrastive model, NDManager scope, Pass pass) {
        String method = call.json().path("method").asText();
        NDArray features =
                switch (method) {
                    case "get_text_features" -> model.texts(text(inputs, scope), pass);
                    case "get_image_features" -> model.pictures(FusionReplayer.pictures(call, inputs, scope), pass);
                    default ->
                        throw new IllegalArgumentException("Method '" + method + "' isn't known for this model.");
                };
        return Replayed.of(Map.of("output", GoldenTensor.of(features)));
    }

    private static TextInput text(Map<String, GoldenTensor> inputs, NDManager scope) {
        Check.that(inputs.containsKey("input_ids"), "The call has no input_ids.");
        TextInput input = TextInput.of(inputs.get("input_ids").toArray(scope));
        if (inputs.containsKey("position_ids")) {
            input = input.withPlaces(inputs.get("position_ids").toArray(scope));
        }
        return inputs.containsKey("attention_mask")
                ? input.withMask(inputs.get("attention_mask").toArray(scope))
                : input;
    }
}
