package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.TextDecoder;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The captioner that this project trains: the tokens of the embedded classifier's backbone, frozen, and a {@link
 * FusionDecoder} that asks them. It differs from {@link VisionEncoderDecoder} in that its two parts lie in files of
 * their own, of which the backbone's is the classifier's: so one backbone serves both.
 */
public final class FusionCaptioner extends PictureWriter {
    /** The model_type of its config.json. */
    public static final String TYPE = "vitrail_captioner";

    static final String CLASS_NAME = "VitrailCaptionerForConditionalGeneration";

    /** The only backbone that there is weights' names for. */
    private static final String BACKBONE = "hybrid_vit";

    private static final String DECODER = "decoder";

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint   | block | shape | note
            hybrid_vit.* | -     | -     | unused: the backbone's own
            classifier.* | -     | -     | unused: the backbone's own
            decoder.*    | -     | -     | unused: the decoder's own
            """);

    private final VisionModel backbone;
    private final FusionDecoder decoder;

    private FusionCaptioner(VisionModel backbone, FusionDecoder decoder) {
        this.backbone = part("backbone", backbone);
        this.decoder = part("decoder", decoder);
    }

    /** The model that a config.json describes, without weights yet. */
    static FusionCaptioner of(ConfigJson json, FusionTask task) {
        ConfigJson vision = json.requiredObject("encoder");
        requireBackbone(vision);
        FusionDecoder.Config text = FusionDecoder.Config.fromJson(json.requiredObject(DECODER));
        VisionModel backbone = VisionModels.create(vision, VisionTask.CLASSIFICATION);
        long width = backbone.sizes().get("width");
        Check.that(
                width == text.contextWidth(),
                "The backbone's tokens are %d wide; the decoder asks tokens of width %d.",
                width,
                text.contextWidth());
        return new FusionCaptioner(backbone, new FusionDecoder(text));
    }

    /** @throws IllegalArgumentException if pictures can't be seen by a model of this config */
    public static void requireBackbone(ConfigJson vision) {
        String type = VisionModels.type(vision);
        Check.that(
                type.equals(BACKBONE),
                "Model type '%s' is no backbone of this captioner; supported: %s, which vitrail train makes.",
                type,
                BACKBONE);
    }

    /** The config.json of both. */
    public static ObjectNode configJson(ObjectNode backbone, FusionDecoder.Config decoder) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putArray("architectures").add(CLASS_NAME);
        json.put("model_type", TYPE).put("is_encoder_decoder", true);
        json.set("encoder", backbone);
        json.set(DECODER, decoder.toJson());
        return json;
    }

    /** Writes the decoder's part of the weights. */
    public static void saveDecoder(FusionDecoder decoder, Path file, StorageType floats) {
        decoder.weightTable().under(DECODER).save(file, floats, "", decoder, decoder.sizes());
    }

    /** What its weights are called there. */
    public static Set<String> decoderNames(FusionDecoder decoder) {
        return decoder.weightTable()
                .under(DECODER)
                .names("", decoder, decoder.sizes())
                .keySet();
    }

    /** Records {@code encoder_last_hidden_state}. */
    @Override
    public Tokens see(VisionInput pictures, Pass pass) {
        Pass traced = pass.withTrace(pass.trace().prefixed("encoder_"));
        NDArray tokens = backbone.features(pictures, traced).tokens(); // [batch, tokens, width]
        return Tokens.of(tokens);
    }

    @Override
    public Optional<TokenLayout> layout(int imageHeight, int imageWidth) {
        return Optional.of(backbone.layout(0, imageHeight, imageWidth));
    }

    @Override
    public TextDecoder decoder() {
        return decoder;
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    List<WeightTable.Filling> towers(Checkpoint checkpoint) {
        return List.of(backbone.filling(checkpoint), decoder.filling(checkpoint, DECODER));
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of();
    }
}
