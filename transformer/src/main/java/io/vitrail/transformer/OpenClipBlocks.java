package io.vitrail.transformer;

import io.vitrail.transformer.weights.ConfigJson;
import java.util.List;

/**
 * The pre-norm blocks that open_clip's towers are made of, as its configs describe them. Their residual branches may
 * have a layer scale ({@link ScaledPreNormBlock}); open_clip's other variants of attention aren't supported.
 *
 * @param sizes of the blocks
 * @param scaled whether there are layer scales
 */
public record OpenClipBlocks(EncoderConfig sizes, boolean scaled) {
    private static final String EPSILON = "eps";
    private static final String APPROXIMATION = "approximate";
    private static final float USUAL_EPSILON = 1e-5f;
    private static final double USUAL_RATIO = 4;
    private static final double MOST_RATIO = 1024;
    private static final String DECODERS_MLP = "4*width";
    private static final List<String> VARIANTS =
            List.of("qk_norm", "scaled_cosine_attn", "scale_heads", "scale_attn_inner", "scale_attn", "scale_fc");

    /**
     * The blocks of a tower.
     *
     * @param tower the tower's part of open_clip_config.json
     * @param quick whether the model's activation is the quick form of GELU
     * @throws io.vitrail.transformer.weights.CheckpointException if they can't be built
     */
    public static OpenClipBlocks ofTower(ConfigJson tower, int width, int heads, boolean quick) {
        for (String variant : VARIANTS) {
            require(tower.isOff(variant), tower, variant, "false: such blocks aren't supported");
        }
        String type = "block_type";
        require(tower.text(type, "default").equals("default"), tower, type, "'default'");
        double ratio = tower.number("mlp_ratio", USUAL_RATIO);
        require(ratio > 0 && ratio <= MOST_RATIO, tower, "mlp_ratio", "above 0 and at most " + (int) MOST_RATIO);
        ConfigJson norm = tower.section("norm_kwargs");
        require(List.of(EPSILON).containsAll(norm.keys()), tower, "norm_kwargs", "an object with no key but 'eps'");
        double epsilon = norm.number(EPSILON, USUAL_EPSILON);
        require(epsilon >= 0, norm, EPSILON, "0 or more");
        return of(tower, width, heads, ratio, (float) epsilon, activation(tower, quick));
    }

    /** The blocks of a decoder, whose config tells fewer sizes; the others are the usual ones. */
    public static OpenClipBlocks ofDecoder(ConfigJson decoder, int width, int heads, boolean quick) {
        return of(decoder, width, heads, USUAL_RATIO, USUAL_EPSILON, quick ? Activation.QUICK_GELU : Activation.GELU);
    }

    private static OpenClipBlocks of(
            ConfigJson json, int width, int heads, double ratio, float epsilon, Activation activation) {
        require(heads > 0 && width % heads == 0, json, "width", "a multiple of the number of heads, " + heads);
        EncoderConfig sizes = new EncoderConfig(
                width, json.integer("layers", 12), heads, (int) (width * ratio), epsilon, activation, Bias.PRESENT);
        return new OpenClipBlocks(sizes, json.has("ls_init_value"));
    }

    private static Activation activation(ConfigJson tower, boolean quick) {
        ConfigJson keywords = tower.section("act_kwargs");
        List<String> known = quick ? List.of() : List.of(APPROXIMATION);
        require(known.containsAll(keywords.keys()), tower, "act_kwargs", "an object with no key but " + known);
        String approximation = keywords.text(APPROXIMATION, "none");
        require(List.of("none", "tanh").contains(approximation), keywords, APPROXIMATION, "'none' or 'tanh'");
        if (quick) {
            return Activation.QUICK_GELU;
        }
        return approximation.equals("tanh") ? Activation.GELU_TANH : Activation.GELU;
    }

    private static void require(boolean valid, ConfigJson json, String key, String expected) {
        if (!valid) {
            throw json.wrong(key, expected);
        }
    }

    /** A stack of such blocks, each with self-attention. */
    public Encoder encoder() {
        return new Encoder(sizes.depth(), layer -> selfAttending());
    }

    /** A block whose tokens ask one another. */
    public TensorBlock selfAttending() {
        return block(new SelfAttention(sizes.attention()));
    }

    /** A block whose tokens ask those of the pass's context, normalised. */
    public TensorBlock asking() {
        return block(CrossAttention.ofNormed(sizes.attention(), sizes.width(), sizes.normEpsilon()));
    }

    private TensorBlock block(TensorBlock attention) {
        Mlp mlp = new Mlp(sizes.width(), sizes.mlpWidth(), sizes.activation());
        return scaled
                ? new ScaledPreNormBlock(sizes.norm(), attention, scale(), sizes.norm(), mlp, scale())
                : new PreNormBlock(sizes.norm(), attention, sizes.norm(), mlp);
    }

    private LayerScale scale() {
        return new LayerScale(sizes.width(), USUAL_EPSILON);
    }

    /** Rows of a weight table for a tower's blocks; its sizes are {@code width} and {@code mlpWidth}. */
    public static String rows(String checkpoint, String block) {
        return rows(checkpoint, block, block + ".attention.projections", "mlpWidth");
    }

    /** The same for a decoder's blocks with self-attention; its size is {@code width}. */
    public static String rowsOfDecoder(String checkpoint, String block) {
        return rows(checkpoint, block, block + ".attention.projections", DECODERS_MLP);
    }

    /** The same for a decoder's blocks that ask the context. */
    public static String rowsOfAsking(String checkpoint, String block) {
        return rows(checkpoint, block, block + ".attention", DECODERS_MLP)
                + "%s.ln_1_kv | %s.attention.contextNorm | width\n".formatted(checkpoint, block);
    }

    private static String rows(String checkpoint, String block, String projections, String mlpWidth) {
        return """
                %1$s.ln_1                | %2$s.norm1                         | width
                %1$s.attn.in_proj_weight | %3$s.[query, key, value].weight    | width, width | fused: one product for all three
                %1$s.attn.in_proj_bias   | %3$s.[query, key, value].bias      | width        | fused: one product for all three
                %1$s.attn.out_proj       | %2$s.attention.output              | width, width
                %1$s.ls_1.gamma          | %2$s.scale1.scale                  | width
                %1$s.ln_2                | %2$s.norm2                         | width
                %1$s.mlp.c_fc            | %2$s.mlp.expand                    | %4$s, width
                %1$s.mlp.c_proj          | %2$s.mlp.contract                  | width, %4$s
                %1$s.ls_2.gamma          | %2$s.scale2.scale                  | width
                """
                .formatted(checkpoint, block, projections, mlpWidth);
    }
}
