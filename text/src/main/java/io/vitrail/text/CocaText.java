package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Initializers;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What CoCa compares with pictures (Yu et al. 2022, "CoCa: Contrastive Captioners are Image-Text Foundation Models",
 * section 3.2): the half of its decoder that sees no picture, with a class token at the end of each text, which has
 * seen all of it. A norm and a projection take that to the space of the pictures. The tokens before it are what a
 * caption goes on from: {@link CocaDecoder}.
 */
public final class CocaText extends ComparedText {
    private static final String WEIGHTS =
            """
            checkpoint | block      | shape                           | note
            cls_emb    | classToken | 1, 1, width from width          | reshaped: stored without the axes of batch and tokens
            ln_final   | norm       | width
            attn_mask  | -          | -                               | unused: which tokens come later
            """;

    private static final String MATRIX =
            """
            text_projection | projection.weight | projectionWidth, width | transposed: a matrix on the right of the vectors
            """;

    private static final String LAYER =
            """
            text_projection | projection | projectionWidth, width
            """;

    private final CocaWords.Config config;
    private final int projectionWidth;
    private final Bias projectionBias;
    private final CocaWords words;
    private final Parameter classToken;
    private final TokenNorm norm;
    private final Optional<Linear> projection;

    private CocaText(CocaWords.Config config, int projectionWidth, ConfigJson text) {
        super(TextTask.PROJECTION, config.vocabulary(), config.maxLength());
        this.config = config;
        this.projectionWidth = projectionWidth;
        int width = config.width();
        projectionBias = Bias.of(text.flag("proj_bias", false));
        words = part("words", new CocaWords(config));
        classToken = parameter("classToken", Parameter.Type.OTHER, Initializers.NORMAL, 1, 1, width);
        norm = part("norm", config.blocks().sizes().norm());
        boolean projected = !text.text("proj_type", "linear").equals("none");
        if (!projected && projectionWidth != width) {
            throw text.wrong("proj_type", "'linear', for texts are " + width + " wide and pictures " + projectionWidth);
        }
        projection = projected
                ? Optional.of(part("projection", new Linear(width, projectionWidth, projectionBias, Activation.LINEAR)))
                : Optional.empty();
    }

    /** The tower that the "model_cfg" of an open_clip_config.json describes, without weights yet. */
    public static CocaText of(ConfigJson model) {
        return new CocaText(
                CocaWords.Config.fromJson(model), model.size("embed_dim", 512), model.requiredObject("text_cfg"));
    }

    /** Pooled is the class token, in the space shared with pictures; records {@code text_embeds}. */
    @Override
    public TextFeatures features(TextInput input, Pass pass) {
        NDArray x = words.tokensWith(value(classToken, input.ids(), pass), input, pass); // [batch, tokens + 1, width]
        NDArray last = norm.forward(x.get(":, -1"), pass); // [batch, width]
        NDArray pooled = projection.map(layer -> layer.forward(last, pass)).orElse(last); // [batch, projectionWidth]
        pass.trace().record("text_embeds", pooled);
        return new TextFeatures(input, x.get(":, :-1"), Optional.of(pooled));
    }

    @Override
    public WeightTable weightTable() {
        WeightTable rows =
                WeightTable.parse("checkpoint | block\n" + CocaWords.ROWS).below("words");
        return WeightTable.parse(WEIGHTS + (projectionBias == Bias.PRESENT ? LAYER : MATRIX))
                .and(rows);
    }

    @Override
    public Map<String, Long> sizes() {
        Map<String, Long> sizes = new HashMap<>(config.sizes());
        sizes.put("projectionWidth", (long) projectionWidth);
        return sizes;
    }
}
