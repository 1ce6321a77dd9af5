package io.vitrail.fusion.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.vitrail.fusion.FusionModel;
import io.vitrail.fusion.Vilt;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.vit.PaddedPictures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Forward passes of ViLT. */
final class ViltReplay {
    private static final String PIXELS = "pixel_values";
    private static final String PIXEL_MASK = "pixel_mask";
    private static final Set<String> OPTIONS = Set.of("output_hidden_states", "output_attentions", "return_dict");
    private static final Set<String> INPUTS =
            Set.of("input_ids", "attention_mask", "token_type_ids", PIXELS, PIXEL_MASK);

    private ViltReplay() {}

    static Replayed of(
            GoldenCall call, Map<String, GoldenTensor> inputs, Session<FusionModel> session, Checkpoint checkpoint) {
        call.onlyInputs(INPUTS);
        call.onlyOptions(OPTIONS);
        Check.that(call.operation().equals("forward"), "ViLT has no operation '%s'.", call.operation());
        Check.that(inputs.containsKey("input_ids") && inputs.containsKey(PIXELS), "The call lacks ids or pixels.");
        Set<Trace.Stage> stages = call.stages(ConfigJson.of(checkpoint));
        return session.run((model, scope, pass) -> {
            Trace trace = Trace.of(scope, stages);
            ((Vilt) model).scores(text(inputs, scope), pictures(inputs, scope), pass.withTrace(trace));
            Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
            trace.recorded().forEach((name, array) -> outputs.put(name, GoldenTensor.of(array)));
            return Replayed.of(outputs);
        });
    }

    private static TextInput text(Map<String, GoldenTensor> inputs, NDManager scope) {
        TextInput text = TextInput.of(inputs.get("input_ids").toArray(scope));
        if (inputs.containsKey("token_type_ids")) {
            text = text.withSegments(inputs.get("token_type_ids").toArray(scope));
        }
        return inputs.containsKey("attention_mask")
                ? text.withMask(inputs.get("attention_mask").toArray(scope))
                : text;
    }

    /** Each text's first picture, then each text's second, and so on: the reference stacks them behind the batch. */
    private static List<PaddedPictures> pictures(Map<String, GoldenTensor> inputs, NDManager scope) {
        NDArray pixels = inputs.get(PIXELS).toArray(scope).toType(DataType.FLOAT32, false);
        boolean several = pixels.getShape().dimension() == 5;
        if (!inputs.containsKey(PIXEL_MASK)) {
            return several ? each(pixels).map(PaddedPictures::of).toList() : List.of(PaddedPictures.of(pixels));
        }
        NDArray mask = inputs.get(PIXEL_MASK).toArray(scope);
        if (!several) {
            return List.of(PaddedPictures.of(pixels, mask));
        }
        List<NDArray> masks = each(mask).toList();
        List<NDArray> all = each(pixels).toList();
        Check.that(all.size() == masks.size(), "%d pictures can't have %d masks.", all.size(), masks.size());
        return IntStream.range(0, all.size())
                .mapToObj(i -> PaddedPictures.of(all.get(i), masks.get(i)))
                .toList();
    }

    private static Stream<NDArray> each(NDArray stacked) {
        return IntStream.range(0, (int) stacked.getShape().get(1)).mapToObj(i -> stacked.get(":, {}", i));
    }
}
