package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;
import io.vitrail.vit.image.Tiling;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * LLaVA 1.5 (Liu et al. 2023, "Visual Instruction Tuning", section 4.1, and "Improved Baselines with Visual Instruction
 * Tuning", section 3): CLIP's patches, projected by two layers, stand in a Llama's prompt. They are those of the layer
 * before the last, which tell more of the picture's details than what CLIP compares with texts; the class token is left
 * out.
 */
public final class Llava extends SoftPromptWriter {
    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                            | block              | shape                | note
            {base}.multi_modal_projector.linear_1 | projector.expand   | width, featuresWidth
            {base}.multi_modal_projector.linear_2 | projector.contract | width, width
            {base}.vision_tower.*                 | -                  | -                    | unused: the vision tower's own
            {base}.language_model.*               | -                  | -                    | unused: the language model's own
            lm_head.weight                        | -                  | -                    | unused: the language model's own
            """);

    private static final List<String> TOWERS = List.of("clip_vision_model", "siglip_vision_model");
    private static final String IMAGE_TOKEN = "image_token_index";
    private static final String LAYERS = "vision_feature_layer";
    private static final String SELECTION = "vision_feature_select_strategy";

    /** Which of the tower's tokens are looked at. */
    private enum Selection {
        /** All but the first, the class token. */
        DEFAULT,
        FULL
    }

    /** Two linear layers with an activation between: [..., featuresWidth] to [..., width]. */
    private static final class Projector extends TensorBlock {
        private final Linear expand;
        private final Linear contract;

        Projector(int featuresWidth, int width, Bias bias, Activation activation) {
            expand = part("expand", new Linear(featuresWidth, width, bias, activation));
            contract = part("contract", new Linear(width, width, bias, Activation.LINEAR));
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            return contract.forward(expand.forward(x, pass), pass);
        }
    }

    private final VisionModel tower;
    private final int[] layers; // of the tower, counted from 0: what goes into the first
    private final Selection selection;
    private final Projector projector;
    private final int featuresWidth;
    private final int width;

    private Llava(ConfigJson json) {
        super(
                TextModels.create(json.requiredObject("text_config"), TextTask.NEXT_TOKEN, TextDecoder.class),
                json.integer(IMAGE_TOKEN, 32000),
                IMAGE_TOKEN);
        ConfigJson vision = json.requiredObject("vision_config");
        tower = part("tower", VisionModels.create(vision, VisionTask.FEATURES));
        Check.that(
                TOWERS.contains(VisionModels.type(vision)),
                "config.json: a LLaVA with a vision tower of type '%s' is not supported; supported: %s.",
                VisionModels.type(vision),
                TOWERS);
        layers = layers(json, vision.integer("num_hidden_layers", 12));
        selection = selection(json);
        featuresWidth = Math.multiplyExact(Math.toIntExact(tower.sizes().get("width")), layers.length);
        width = Math.toIntExact(decoder().sizes().get("width"));
        Bias bias = Bias.of(json.flag("multimodal_projector_bias", true));
        Activation activation = Activation.named(json.text("projector_hidden_act", "gelu"));
        projector = part("projector", new Projector(featuresWidth, width, bias, activation));
    }

    /** The model that a config.json describes, without weights yet. */
    static Llava of(ConfigJson json, FusionTask task) {
        return new Llava(json);
    }

    /** One layer or several; negative numbers count from the end, −1 being what comes out of the last. */
    private static int[] layers(ConfigJson json, int depth) {
        int[] given = json.value(LAYERS).isArray() ? json.integers(LAYERS) : new int[] {json.integer(LAYERS, -2)};
        Check.that(
                given.length > 0 && given.length <= depth + 1,
                "config.json: %s must name from 1 to %d layers, not %d.",
                LAYERS,
                depth + 1,
                given.length);
        for (int layer : given) {
            Check.that(
                    layer >= -depth - 1 && layer <= depth,
                    "config.json: %s (%d) must be from %d to %d for a vision tower of %d layers.",
                    LAYERS,
                    layer,
                    -depth - 1,
                    depth,
                    depth);
        }
        return Arrays.stream(given)
                .map(layer -> Math.floorMod(layer, depth + 1))
                .toArray();
    }

    private static Selection selection(ConfigJson json) {
        return switch (json.text(SELECTION, "default")) {
            case "default" -> Selection.DEFAULT;
            case "full" -> Selection.FULL;
            default -> throw json.wrong(SELECTION, "'default' or 'full'");
        };
    }

    /** Records {@code image_hidden_states}: the tokens of all pictures, one picture after the other. */
    @Override
    public NDArray see(VisionInput pictures, Pass pass) {
        NDArray x = projector.forward(features(pictures, pass), pass); // [pictures, picture tokens, width]
        pass.trace().record("image_hidden_states", x.reshape(-1, width));
        return x;
    }

    /** What goes through the tower at its chosen layers, side by side: [pictures, picture tokens, featuresWidth]. */
    private NDArray features(VisionInput pictures, Pass pass) {
        NDManager manager = pictures.pixels().getManager();
        try (NDManager scope = manager.newSubManager()) {
            Trace trace = Trace.of(scope, Set.of(Trace.Stage.HIDDEN_STATES));
            tower.features(pictures, pass.withTrace(trace));
            NDList chosen = new NDList();
            for (int layer : layers) {
                NDArray tokens = trace.recorded().get("hidden_states." + layer); // [pictures, tokens, width]
                chosen.add(selection == Selection.FULL ? tokens : tokens.get(":, 1:"));
            }
            NDArray features = NDArrays.concat(chosen, 2);
            features.attach(manager);
            return features;
        }
    }

    @Override
    public int tokensPerPicture() {
        int tokens = Math.toIntExact(tower.sizes().get("positions"));
        return selection == Selection.FULL ? tokens : tokens - 1;
    }

    @Override
    public Optional<TokenLayout> layout(int imageHeight, int imageWidth) {
        TokenLayout whole = tower.layout(0, imageHeight, imageWidth);
        int special = whole.specialTokens() - (selection == Selection.FULL ? 0 : 1);
        return special < 0 // a patch is left out
                ? Optional.empty()
                : Optional.of(whole.withSpecialTokens(special));
    }

    /** Each image token of the prompt becomes as many as its picture has tokens. */
    @Override
    long[] ids(String prompt, List<Tiling> pictures, Tokenizer tokenizer, EncodeOptions encoding) {
        String image = imageToken(tokenizer);
        String text = expanded(prompt, pictures, image, picture -> image.repeat(tokensPerPicture()));
        return tokenizer.encode(text, encoding).ids();
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    /** Of newer checkpoints; older ones have language model and head under one name. */
    @Override
    public String basePrefix() {
        return "model";
    }

    @Override
    List<WeightTable.Filling> towers(Checkpoint checkpoint) {
        String base = checkpoint.base(basePrefix());
        return base.isEmpty()
                ? List.of(tower.filling(checkpoint, "vision_tower"), decoder().filling(checkpoint, "language_model"))
                : List.of(
                        tower.filling(checkpoint, "model.vision_tower"),
                        new WeightTable.Filling(
                                decoder().weightTable(),
                                "model.language_model",
                                decoder(),
                                decoder().sizes()));
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of("width", (long) width, "featuresWidth", (long) featuresWidth);
    }
}
