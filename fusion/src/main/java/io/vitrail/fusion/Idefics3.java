package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
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
import io.vitrail.vit.Idefics3Vision;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.image.Tiling;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Idefics3 (Laurençon et al. 2024, "Building and better understanding vision-language models: insights and future
 * directions", section 3) and SmolVLM (Marafioti et al. 2025, "SmolVLM: Redefining small and efficient multimodal
 * models", section 2). It differs from {@link Llava} in that a picture is cut into tiles, each of which stands in the
 * prompt with its row and column, so that details are seen; and that neighbouring patches are joined to one token, so
 * that these are few.
 */
public final class Idefics3 extends SoftPromptWriter {
    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                | block                | shape
            {base}.connector.modality_projection.proj | connector.projection | width, joinedWidth
            {base}.vision_model.*                     | -                    | - | unused: the vision tower's own
            {base}.text_model.*                       | -                    | - | unused: the language model's own
            lm_head.weight                            | -                    | - | unused: the language model's own
            """);

    private static final String AROUND = "<fake_token_around_image>";
    private static final String WHOLE = "<global-img>";
    private static final String IMAGE_TOKEN = "image_token_id";

    /**
     * Pixel shuffle: squares of neighbouring patches become one token each, their vectors side by side (Shi et al. 2016,
     * "Real-Time Single Image and Video Super-Resolution", section 3.2, the other way round), and a linear layer.
     * [pictures, patches, featuresWidth] to [pictures, patches / joined², width].
     */
    private static final class Connector extends TensorBlock {
        private final int joined;
        private final Linear projection;

        /** @param joined patches along the side of a square that becomes one token */
        Connector(int joined, int featuresWidth, int width) {
            this.joined = joined;
            int joinedWidth = Math.multiplyExact(featuresWidth, Math.multiplyExact(joined, joined));
            projection = part("projection", new Linear(joinedWidth, width, Bias.ABSENT, Activation.LINEAR));
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            Shape s = x.getShape();
            long side = Math.round(Math.sqrt(s.get(1))); // whatever the picture's shape: the reference takes squares
            Check.that(
                    side * side == s.get(1) && side % joined == 0,
                    "A picture of %d patches isn't a square of squares of %d × %d patches (scale_factor).",
                    s.get(1),
                    joined,
                    joined);
            long tokens = side / joined;
            NDArray squares = x.reshape(s.get(0), tokens, joined, tokens, joined, s.get(2))
                    .transpose(0, 1, 3, 2, 4, 5) // [pictures, rows, columns, joined, joined, featuresWidth]
                    .reshape(s.get(0), tokens * tokens, joined * joined * s.get(2));
            return projection.forward(squares, pass);
        }
    }

    private final Idefics3Vision tower;
    private final Connector connector;
    private final int joined; // patches along the side of a square that becomes one token
    private final int tokensPerPicture;
    private final int joinedWidth;
    private final int width;

    private Idefics3(ConfigJson json) {
        super(language(json.requiredObject("text_config")), json.integer(IMAGE_TOKEN, 128257), IMAGE_TOKEN);
        tower = part("tower", Idefics3Vision.of(json.section("vision_config")));
        joined = json.size("scale_factor", 2);
        Check.that(joined <= 64, "config.json: scale_factor (%d) must be at most 64.", joined);
        int featuresWidth = Math.toIntExact(tower.sizes().get("width"));
        width = Math.toIntExact(decoder().sizes().get("width"));
        connector = part("connector", new Connector(joined, featuresWidth, width));
        joinedWidth = featuresWidth * joined * joined;
        tokensPerPicture = Math.toIntExact(tower.sizes().get("positions") / (joined * joined));
    }

    /** The model that a config.json describes, without weights yet. */
    static Idefics3 of(ConfigJson json, FusionTask task) {
        return new Idefics3(json);
    }

    private static TextDecoder language(ConfigJson text) {
        ConfigJson named = text.has("model_type") ? text : text.with("model_type", "llama");
        return TextModels.create(named, TextTask.NEXT_TOKEN, TextDecoder.class);
    }

    /** Records {@code image_hidden_states}. Tiles are pictures of their own. */
    @Override
    public NDArray see(VisionInput pictures, Pass pass) {
        NDArray patches = tower.tokens(pictures, pass.withTrace(Trace.NONE)); // [pictures, patches, featuresWidth]
        NDArray x = connector.forward(patches, pass); // [pictures, picture tokens, width]
        pass.trace().record("image_hidden_states", x);
        return x;
    }

    /** Of tiles and the whole; none where the patches aren't a square, which the connector takes them for. */
    @Override
    Optional<PicturePlaces> places(int imageHeight, int imageWidth, Tiling tiling) {
        TokenLayout patches = tower.layout(imageHeight, imageWidth);
        int side = patches.grid().rows();
        return side == patches.grid().columns() && side % joined == 0
                ? Optional.of(new TiledPlaces(tiling, patches.joined(joined), imageHeight, imageWidth).places())
                : Optional.empty();
    }

    @Override
    public int tokensPerPicture() {
        return tokensPerPicture;
    }

    /** Each image token of the prompt becomes its picture's tiles, row by row, and the whole. */
    @Override
    long[] ids(String prompt, List<Tiling> pictures, Tokenizer tokenizer, EncodeOptions encoding) {
        String text = expanded(prompt, pictures, imageToken(tokenizer), tokensPerPicture);
        return tokenizer.encode(text, encoding).ids();
    }

    /**
     * A prompt with places for its pictures.
     *
     * @param image stands for a picture, and for each token of a tile
     * @param tokens of a tile
     * @throws IllegalArgumentException if the prompt has more or fewer places than there are pictures
     */
    public static String expanded(String prompt, List<Tiling> pictures, String image, int tokens) {
        return expanded(prompt, pictures, image, picture -> places(picture, image.repeat(tokens)));
    }

    /** @param tokens of one tile */
    private static String places(Tiling picture, String tokens) {
        StringBuilder text = new StringBuilder();
        for (int row = 1; row <= picture.rows(); row++) {
            for (int column = 1; column <= picture.columns(); column++) {
                text.append(AROUND)
                        .append("<row_%d_col_%d>".formatted(row, column))
                        .append(tokens);
            }
            text.append('\n');
        }
        String before = picture.equals(Tiling.NONE) ? "" : "\n";
        return text.append(before + AROUND + WHOLE + tokens + AROUND).toString();
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "model";
    }

    @Override
    List<WeightTable.Filling> towers(Checkpoint checkpoint) {
        String base = checkpoint.base(basePrefix());
        String prefix = base.isEmpty() ? "" : base + ".";
        WeightTable.Filling language = new WeightTable.Filling(
                decoder().weightTable(),
                prefix + "text_model",
                decoder(),
                decoder().sizes());
        return List.of(tower.filling(checkpoint, prefix + "vision_model"), language);
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of("width", (long) width, "joinedWidth", (long) joinedWidth);
    }
}
