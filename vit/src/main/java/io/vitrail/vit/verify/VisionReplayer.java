package io.vitrail.vit.verify;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.Trace.Stage;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.Features;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Replays forward passes of vision models. Outputs are read from the pass's {@link Trace}: models have no code for it. */
public final class VisionReplayer implements GoldenReplayer {
    private static final Set<String> OPTIONS =
            Set.of("output_hidden_states", "output_attentions", "interpolate_pos_encoding", "return_dict");
    private static final Set<String> INPUTS = Set.of("pixel_values", "bool_masked_pos", "noise");

    /** What a loaded model is kept by. */
    private record Key(java.nio.file.Path folder, String className, Path path) {}

    private Optional<Key> key = Optional.empty();
    private Optional<Session<VisionModel>> session = Optional.empty();
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
        Check.that(
                !inputs.containsKey("noise") || call.className().orElse("").startsWith("ViTMAE"),
                "The input 'noise' is known for ViTMAE only.");
        String className = call.className().orElseGet(() -> className(call));
        return loaded(new Key(call.checkpoint(), className, path))
                .run((model, scope, pass) -> forward(call, inputs, model, scope, pass));
    }

    private static String className(GoldenCall call) {
        try (Checkpoint checkpoint = Checkpoint.open(call.checkpoint())) {
            return VisionModels.className(checkpoint);
        }
    }

    private static Replayed forward(
            GoldenCall call, Map<String, GoldenTensor> inputs, VisionModel model, NDManager scope, Pass pass) {
        Check.that(inputs.containsKey("pixel_values"), "The call has no pixel_values.");
        Trace trace = Trace.of(scope, stages(call));
        Features features = model.features(input(call, inputs, scope), pass.withTrace(trace));
        if (model.classifies()) {
            model.logits(features, pass.withTrace(trace));
        }
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        trace.recorded().forEach((name, array) -> outputs.put(name, GoldenTensor.of(array)));
        return Replayed.of(outputs);
    }

    private static VisionInput input(GoldenCall call, Map<String, GoldenTensor> inputs, NDManager scope) {
        VisionInput input = VisionInput.of(inputs.get("pixel_values").toArray(scope));
        if (flag(call, "interpolate_pos_encoding")) {
            input = input.withSize(VisionInput.SizePolicy.INTERPOLATE);
        }
        if (inputs.containsKey("bool_masked_pos")) {
            input = input.withMasked(inputs.get("bool_masked_pos").toArray(scope));
        }
        return inputs.containsKey("noise") ? input.withNoise(inputs.get("noise").toArray(scope)) : input;
    }

    private static Set<Stage> stages(GoldenCall call) {
        Set<Stage> stages = EnumSet.noneOf(Stage.class);
        if (flag(call, "output_hidden_states")) {
            stages.add(Stage.HIDDEN_STATES);
        }
        if (flag(call, "output_attentions")) {
            stages.add(Stage.ATTENTIONS);
        }
        return stages;
    }

    private static boolean flag(GoldenCall call, String option) {
        return call.options().path(option).asBoolean(false);
    }

    private Session<VisionModel> loaded(Key wanted) {
        if (session.isEmpty() || !key.equals(Optional.of(wanted))) {
            close();
            try (Checkpoint checkpoint = Checkpoint.open(wanted.folder())) {
                session = Optional.of(
                        VisionModels.load(checkpoint, wanted.className(), operations(wanted.path()), Device.cpu()));
                key = Optional.of(wanted);
            }
        }
        return session.get();
    }

    private static Operations operations(Path path) {
        DjlEngine.get();
        return switch (path) {
            case READABLE -> ReadableOperations.INSTANCE;
            case FAST -> Kernels.choose(Device.cpu(), Precision.FP32);
            case FAST_BF16 -> Kernels.choose(Device.cpu(), Precision.BF16);
        };
    }

    @Override
    public void close() {
        session.ifPresent(Session::close);
        session = Optional.empty();
        key = Optional.empty();
    }
}
