package io.vitrail.text;

import static io.vitrail.text.TextTask.FEATURES;
import static io.vitrail.text.TextTask.PROJECTION;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;
import java.util.Optional;

/**
 * The text tower of CLIP (Radford et al. 2021, "Learning Transferable Visual Models From Natural Language
 * Supervision", section 2.4). It differs from {@link Bert} in norms before the halves of its blocks, and in that
 * tokens see only those before them, as GPT's do: so the token that ends a text is the one that has seen all of it,
 * and stands for it. A projection takes it to a space that it shares with pictures. It loads from a whole CLIP as
 * well; the vision tower's weights are then left alone.
 */
public final class ClipText extends TextTower {
    static final Map<String, TextTask> CLASSES = TextTask.classes("CLIPText", FEATURES, PROJECTION);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                       | block                                   | shape                  | note
            text_model.embeddings.token_embedding            | words                                   | vocabulary, width
            text_model.embeddings.position_embedding         | positions                               | maxLength, width
            text_model.embeddings.position_ids               | -                                       | -                      | unused: 0, 1, 2 and so on
            text_model.encoder.layers.{i}.layer_norm1        | encoder.{i}.norm1                       | width
            text_model.encoder.layers.{i}.self_attn.q_proj   | encoder.{i}.attention.projections.query | width, width
            text_model.encoder.layers.{i}.self_attn.k_proj   | encoder.{i}.attention.projections.key   | width, width
            text_model.encoder.layers.{i}.self_attn.v_proj   | encoder.{i}.attention.projections.value | width, width
            text_model.encoder.layers.{i}.self_attn.out_proj | encoder.{i}.attention.output            | width, width
            text_model.encoder.layers.{i}.layer_norm2        | encoder.{i}.norm2                       | width
            text_model.encoder.layers.{i}.mlp.fc1            | encoder.{i}.mlp.expand                  | mlpWidth, width
            text_model.encoder.layers.{i}.mlp.fc2            | encoder.{i}.mlp.contract                | width, mlpWidth
            text_model.final_layer_norm                      | norm                                    | width
            text_projection                                  | projection                              | projectionWidth, width
            text_projection.weight                           | -                                       | -                      | unused: where features are asked for
            vision_model.*                                   | -                                       | -                      | unused: the vision tower of a whole CLIP
            visual_projection.weight                         | -                                       | -                      | unused: the vision tower of a whole CLIP
            logit_scale                                      | -                                       | -                      | unused: for comparing pictures with texts
            """);

    private static final Config DEFAULTS =
            new Config(new EncoderConfig(512, 12, 8, 2048, 1e-5f, Activation.QUICK_GELU, Bias.PRESENT), 49408, 77);

    /** What older configs say the end of a text is, whatever it is: then it is the greatest of its ids. */
    private static final int UNKNOWN_END = 2;

    private final Config config;
    private final int end;
    private final int projectionWidth;
    private final Optional<Linear> projection;

    private ClipText(Config config, int end, int projectionWidth, TextTask task) {
        super(config, task);
        this.config = config;
        this.end = end;
        this.projectionWidth = projectionWidth;
        int width = config.encoder().width();
        projection = task == PROJECTION
                ? Optional.of(part("projection", new Linear(width, projectionWidth, Bias.ABSENT, Activation.LINEAR)))
                : Optional.empty();
    }

    /** From the config of a text tower, or of a whole CLIP with one under "text_config"; without weights yet. */
    static ClipText of(ConfigJson json, TextTask task) {
        ConfigJson text = json.object("text_config").orElse(json);
        return new ClipText(
                Config.fromJson(text, DEFAULTS),
                text.integer("eos_token_id", 49407),
                json.size("projection_dim", 512),
                task);
    }

    /**
     * Pooled is the token that ends the text, {@code pooler_output}; projected if asked for, which records {@code
     * text_embeds}.
     */
    @Override
    public TextFeatures features(TextInput input, Pass pass) {
        NDArray x = tokens(input, AttentionMask.CAUSAL.and(input.mask()), pass);
        Shape s = x.getShape();
        NDArray ends = x.getManager().create(ends(input.ids()));
        NDArray whole = x.reshape(s.get(0) * s.get(1), s.get(2)).get(ends); // [batch, width]
        pass.trace().record("pooler_output", whole);
        if (projection.isEmpty()) {
            return new TextFeatures(input, x, Optional.of(whole));
        }
        NDArray projected = projection.get().forward(whole, pass); // [batch, projectionWidth]
        pass.trace().record("text_embeds", projected);
        return new TextFeatures(input, x, Optional.of(projected));
    }

    /** Where each text ends, among the tokens of all: its first end, or its beginning if it has none. */
    private long[] ends(NDArray ids) {
        long[] all = ids.toLongArray();
        int tokens = (int) ids.getShape().get(1);
        long[] ends = new long[all.length / tokens];
        for (int row = 0; row < ends.length; row++) {
            int first = row * tokens;
            int found = first;
            for (int i = first; i < first + tokens; i++) {
                boolean nearer = end == UNKNOWN_END ? all[i] > all[found] : all[found] != end && all[i] == end;
                found = nearer ? i : found;
            }
            ends[row] = found;
        }
        return ends;
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public Map<String, Long> sizes() {
        return sizes(config, projectionWidth);
    }
}
