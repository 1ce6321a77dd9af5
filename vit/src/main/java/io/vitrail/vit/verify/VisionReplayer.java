package io.vitrail.vit.verify;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.Trace.Stage;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.KeptModel;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.vit.Features;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Replays forward passes of vision models. Outputs are read from the pass's {@link Trace}: models have no code for it. */
public final class VisionReplayer implements GoldenReplayer {
    private static final Set<String> OPTIONS =
            Set.of("output_hidden_states", "output_attentions", "interpolate_pos_encoding", "return_dict");
    private static final Set<String> INPUTS = Set.of("pixel_values", "bool_masked_pos", "noise");

    private final KeptModel<VisionModel> kept = new KeptModel<>(
            (checkpoint, className, operations) -> VisionModels.load(checkpoint, className, operations, Device.cpu()));
    private final ImageReplayer images = new ImageReplayer();

    @Override
    public Set<String> families() {
        return VisionModels.goldenFamilies();
    }

    @Override
    public boolean computesWithOperations(GoldenCall call) {
        return call.operation().equals("forward");
    }

    @Override
    public Replayed replay(GoldenCall call, Map<String, GoldenTensor> inputs, Path path) {
        if (!computesWithOperations(call)) {
            return images.replay(call, inputs, path);
        }
        call.onlyOptions(OPTIONS);
        call.onlyInputs(INPUTS);
        String className = call.className().orElseGet(() -> className(call));
        Check.that(
                !inputs.containsKey("noise") || className.startsWith("ViTMAE"),
                "The input 'noise' is known for ViTMAE only.");
        Session<VisionModel> session = kept.get(call, className, path);
        Set<Stage> stages = call.stages(config(call, session.model()));
        return session.run((model, scope, pass) -> {
            Pass traced = pass.withTrace(Trace.of(scope, stages));
            return forward(call, inputs, model, scope, traced);
        });
    }

    private static String className(GoldenCall call) {
        try (Checkpoint checkpoint = Checkpoint.open(call.checkpoint())) {
            return VisionModels.className(checkpoint);
        }
    }

    private static Replayed forward(
            GoldenCall call, Map<String, GoldenTensor> inputs, VisionModel model, NDManager scope, Pass pass) {
        Check.that(inputs.containsKey("pixel_values"), "The call has no pixel_values.");
        Features features = model.features(input(call, inputs, scope), pass);
        if (model.classifies()) {
            model.logits(features, pass);
        }
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        pass.trace().recorded().forEach((name, array) -> outputs.put(name, GoldenTensor.of(array)));
        return Replayed.of(outputs);
    }

    private static VisionInput input(GoldenCall call, Map<String, GoldenTensor> inputs, NDManager scope) {
        NDArray pixels = inputs.get("pixel_values").toArray(scope);
        VisionInput input = VisionInput.of(pixels.toType(DataType.FLOAT32, false)); // as the reference's models do
        if (call.options().path("interpolate_pos_encoding").asBoolean(false)) {
            input = input.withSize(VisionInput.SizePolicy.INTERPOLATE);
        }
        if (inputs.containsKey("bool_masked_pos")) {
            input = input.withMasked(inputs.get("bool_masked_pos").toArray(scope));
        }
        return inputs.containsKey("noise") ? input.withNoise(inputs.get("noise").toArray(scope)) : input;
    }

    /** Of a whole CLIP or SigLIP, the classifier reads the whole config, the vision tower its own. */
    private static ConfigJson config(GoldenCall call, VisionModel model) {
        try (Checkpoint checkpoint = Checkpoint.open(call.checkpoint())) {
            ConfigJson whole = ConfigJson.of(checkpoint);
            return model.classifies() ? whole : whole.object("vision_config").orElse(whole);
        }
    }

    @Override
    public void close() {
        kept.close();
    }
}
