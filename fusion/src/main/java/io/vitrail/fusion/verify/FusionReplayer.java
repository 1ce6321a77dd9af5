package io.vitrail.fusion.verify;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.vitrail.fusion.BlipAnswerer;
import io.vitrail.fusion.BlipMatcher;
import io.vitrail.fusion.Coca;
import io.vitrail.fusion.CocaWriter;
import io.vitrail.fusion.Contrastive;
import io.vitrail.fusion.FusionModel;
import io.vitrail.fusion.FusionModels;
import io.vitrail.fusion.PictureWriter;
import io.vitrail.fusion.SoftPromptWriter;
import io.vitrail.fusion.Vilt;
import io.vitrail.text.tokenizer.TokenizerReplayer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.KeptModel;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.verify.ImageReplayer;
import java.util.Map;
import java.util.Set;

/** Replays calls of models of pictures and texts, of their processors and tokenizers. */
public final class FusionReplayer implements GoldenReplayer {
    private static final Set<String> MODEL_OPERATIONS = Set.of("forward", "generate", "method");

    /** The option of {@link #pictures}. */
    private static final String INTERPOLATING = "interpolate_pos_encoding";

    private final KeptModel<FusionModel> kept = new KeptModel<>((checkpoint, className, operations) ->
            FusionModels.load(checkpoint, className, FusionModel.class, operations, Device.cpu()));

    private final ImageReplayer images = new ImageReplayer();
    private final TokenizerReplayer tokenizers = new TokenizerReplayer();
    private final ProcessorReplay processors = new ProcessorReplay();

    @Override
    public Set<String> families() {
        return FusionModels.goldenFamilies();
    }

    @Override
    public boolean computesWithOperations(GoldenCall call) {
        return MODEL_OPERATIONS.contains(call.operation());
    }

    @Override
    public Replayed replay(GoldenCall call, Map<String, GoldenTensor> inputs, Path path) {
        return switch (call.operation()) {
            case "image_processor" -> images.replay(call, inputs, path);
            case "processor" -> processors.of(call);
            case "forward", "generate", "method" -> computed(call, inputs, path);
            default -> tokenizers.replay(call, inputs, path);
        };
    }

    private Replayed computed(GoldenCall call, Map<String, GoldenTensor> inputs, Path path) {
        try (Checkpoint checkpoint = Checkpoint.open(call.checkpoint())) {
            String className = call.className().orElseGet(() -> FusionModels.className(checkpoint));
            Session<FusionModel> session = kept.get(call, className, path);
            if (session.model() instanceof CocaWriter) {
                return CocaReplay.written(call, inputs, session, checkpoint);
            }
            if (session.model() instanceof Coca) {
                return CocaReplay.compared(call, inputs, session);
            }
            if (session.model() instanceof PictureWriter) {
                return PictureWriterReplay.of(call, inputs, session, checkpoint);
            }
            if (session.model() instanceof SoftPromptWriter) {
                return SoftPromptReplay.of(call, inputs, session, checkpoint);
            }
            if (session.model() instanceof Contrastive) {
                return ContrastiveReplay.of(call, inputs, session, checkpoint);
            }
            if (session.model() instanceof BlipAnswerer) {
                return BlipReplay.answered(call, inputs, session, checkpoint);
            }
            if (session.model() instanceof BlipMatcher) {
                return BlipReplay.matched(call, inputs, session, checkpoint);
            }
            if (session.model() instanceof Vilt) {
                return ViltReplay.of(call, inputs, session, checkpoint);
            }
            throw new IllegalArgumentException("Class '" + className + "' isn't known.");
        }
    }

    /** The call's pictures. */
    static VisionInput pictures(GoldenCall call, Map<String, GoldenTensor> inputs, NDManager scope) {
        Check.that(inputs.containsKey("pixel_values"), "The call has no pixel_values.");
        VisionInput input =
                VisionInput.of(inputs.get("pixel_values").toArray(scope).toType(DataType.FLOAT32, false));
        boolean interpolating = call.options().path(INTERPOLATING).asBoolean(false);
        return interpolating ? input.withSize(VisionInput.SizePolicy.INTERPOLATE) : input;
    }

    /** What the call says of how texts are written. */
    static ConfigJson writing(GoldenCall call) {
        return new ConfigJson(call.options().deepCopy().without(INTERPOLATING));
    }

    @Override
    public void close() {
        kept.close();
        images.close();
        tokenizers.close();
        processors.close();
    }
}
