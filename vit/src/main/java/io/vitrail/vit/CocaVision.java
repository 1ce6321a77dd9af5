package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.OpenClipBlocks;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.QueryPooling;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The vision tower of CoCa as open_clip builds it (Yu et al. 2022, "CoCa: Contrastive Captioners are Image-Text
 * Foundation Models", section 3.2): a {@link ClipVision} behind which learned queries ask all tokens. What they bring
 * back is what a decoder asks ({@link Features#tokens}), and one of them, or the answer to another query, is compared
 * with texts ({@link Features#pooled}). Without such queries both are the tower's own tokens.
 */
public final class CocaVision extends VisionModel {
    /** Where the queries that pool stand. */
    private enum Pooler {
        /** There are none. */
        NONE,
        /** One set; its first token, or the mean of the others, is compared. */
        ONE,
        /** A second one for comparing, which asks what the first asks: figure 2 of the paper. */
        PARALLEL,
        /** A second one for comparing, which asks the first one's tokens. */
        CASCADE
    }

    private static final Set<String> KEYS = Set.of(
            "image_size",
            "patch_size",
            "width",
            "layers",
            "head_width",
            "mlp_ratio",
            "ls_init_value",
            "norm_kwargs",
            "act_kwargs",
            "block_type",
            "pool_type",
            "attentional_pool",
            "attn_pooler_queries",
            "attn_pooler_heads",
            "no_ln_pre",
            "final_ln_after_pool",
            "pos_embed_type",
            "patch_dropout",
            "output_tokens",
            "timm_model_pretrained",
            "timm_pool",
            "timm_proj",
            "timm_proj_bias",
            "timm_drop",
            "timm_drop_path");

    private static final float POOLER_EPSILON = 1e-5f;

    private static final String EMBEDDING =
            """
            checkpoint           | block                     | shape                                     | note
            class_embedding      | embedding.classToken      | 1, 1, width from width                    | reshaped: stored without the axes of batch and tokens
            conv1                | embedding.patches         | width, channels, patchHeight, patchWidth
            positional_embedding | embedding.positions.table | 1, positions, width from positions, width | reshaped: stored without the axis of the batch
            ln_pre               | preNorm                   | width
            ln_post              | norm                      | pooledWidth
            proj                 | projection.weight         | projectionWidth, pooledWidth              | transposed: a matrix on the right of the vectors
            """;

    /**
     * Sizes and choices.
     *
     * @param projectionWidth width of the space shared with texts, and of pooled tokens
     * @param queries of the pooler that makes a decoder's tokens
     * @param meanPooled whether the mean of the tokens but the first is compared, and not that one
     * @param preNorm whether there is a norm before the encoder
     * @param normLast whether the norm follows the pooling, where there are no queries
     */
    private record Config(
            ImageConfig image,
            OpenClipBlocks blocks,
            int projectionWidth,
            Pooler pooler,
            int queries,
            int poolerHeads,
            boolean meanPooled,
            boolean preNorm,
            boolean normLast) {
        /** From the "model_cfg" of an open_clip_config.json. */
        static Config fromJson(ConfigJson model) {
            ConfigJson vision = model.requiredObject("vision_cfg");
            for (String key : vision.keys()) {
                if (!KEYS.contains(key) && !vision.isOff(key)) {
                    throw vision.wrong(key, "left out: such a vision tower isn't supported for CoCa");
                }
            }
            int width = vision.size("width", 768);
            int heads = width / vision.size("head_width", 64);
            String pool = vision.text("pool_type", "tok");
            Pooler pooler = pooler(vision);
            boolean pooled = pooler == Pooler.PARALLEL || pooler == Pooler.CASCADE;
            if (!pooled && !List.of("tok", "avg").contains(pool)) {
                throw vision.wrong("pool_type", "'tok' or 'avg'");
            }
            Config config = new Config(
                    ImageConfig.fromJson(vision, 224, 16),
                    OpenClipBlocks.ofTower(vision, width, heads, model.flag("quick_gelu", false)),
                    model.size("embed_dim", 512),
                    pooler,
                    vision.size("attn_pooler_queries", 256),
                    vision.size("attn_pooler_heads", 8),
                    pool.equals("avg"),
                    !vision.flag("no_ln_pre", false),
                    vision.flag("final_ln_after_pool", false));
            if (pooled && config.projectionWidth() != width) {
                throw model.wrong("embed_dim", "vision_cfg.width, " + width + ", for 'attentional_pool' " + pooler);
            }
            return config;
        }

        private static Pooler pooler(ConfigJson vision) {
            String key = "attentional_pool";
            if (vision.isOff(key)) {
                return Pooler.NONE;
            }
            if (vision.value(key).isBoolean()) {
                return Pooler.ONE;
            }
            return switch (vision.value(key).asText()) {
                case "parallel" -> Pooler.PARALLEL;
                case "cascade" -> Pooler.CASCADE;
                default -> throw vision.wrong(key, "true, false, 'parallel' or 'cascade'");
            };
        }

        int width() {
            return blocks.sizes().width();
        }

        /** Width of the pooled tokens. */
        int pooledWidth() {
            return pooler == Pooler.NONE ? width() : projectionWidth;
        }

        QueryPooling pooling(int count, int contextWidth) {
            AttentionConfig attention = AttentionConfig.of(projectionWidth, poolerHeads);
            return new QueryPooling(count, attention, contextWidth, POOLER_EPSILON);
        }

        WeightTable table() {
            boolean oneWidth = width() == projectionWidth;
            List<String> sizes = List.of("queries", "projectionWidth", "width");
            List<String> single = List.of("1", "projectionWidth", "width");
            String poolers = pooler == Pooler.NONE ? "" : QueryPooling.rows("attn_pool", "pool", sizes, oneWidth);
            String second = QueryPooling.rows("attn_pool_contrastive", "summary", single, true);
            return WeightTable.parse(EMBEDDING
                    + OpenClipBlocks.rows("transformer.resblocks.{i}", "encoder.{i}")
                    + poolers
                    + (pooler == Pooler.PARALLEL || pooler == Pooler.CASCADE ? second : ""));
        }
    }

    private final Config config;
    private final ImageEmbedding embedding;
    private final Optional<TokenNorm> preNorm;
    private final Encoder encoder;
    private final Optional<QueryPooling> pool;
    private final Optional<QueryPooling> summary;
    private final TokenNorm norm;
    private final Linear projection;

    private CocaVision(Config config) {
        super(config.image(), List.of());
        this.config = config;
        int width = config.width();
        embedding = part(
                "embedding",
                new ImageEmbedding(
                        config.image(),
                        new ImageEmbedding.Parts(
                                width,
                                Bias.ABSENT,
                                List.of("classToken"),
                                Optional.of(new ImageEmbedding.Positions(Interpolation.BICUBIC, PictureSizes.ITS_OWN)),
                                false)));
        preNorm = config.preNorm()
                ? Optional.of(part("preNorm", config.blocks().sizes().norm()))
                : Optional.empty();
        encoder = part("encoder", config.blocks().encoder());
        pool = config.pooler() == Pooler.NONE
                ? Optional.empty()
                : Optional.of(part("pool", config.pooling(config.queries(), width)));
        summary = config.pooler() == Pooler.PARALLEL || config.pooler() == Pooler.CASCADE
                ? Optional.of(part("summary", config.pooling(1, config.projectionWidth())))
                : Optional.empty();
        norm = part("norm", new TokenNorm(tokenWidth(), config.blocks().sizes().normEpsilon()));
        projection =
                part("projection", new Linear(tokenWidth(), config.projectionWidth(), Bias.ABSENT, Activation.LINEAR));
    }

    /** The tower that the "model_cfg" of an open_clip_config.json describes, without weights yet. */
    public static CocaVision of(ConfigJson model) {
        return new CocaVision(Config.fromJson(model));
    }

    /** Width of the tokens that a decoder asks. */
    public int tokenWidth() {
        return config.pooledWidth();
    }

    /** Whether queries stand between the tower's tokens and a decoder. */
    public boolean pools() {
        return pool.isPresent();
    }

    /** How many stand before the tokens that a decoder asks: what is compared with texts. */
    public int apart() {
        return summary.isPresent() ? 0 : 1;
    }

    @Override
    public Features features(VisionInput input, Pass pass) {
        NDArray embedded = embedding.forward(input, pass);
        NDArray x = preNorm.map(first -> first.forward(embedded, pass)).orElse(embedded); // [batch, 1 + patches, width]
        x = encoder.forward(x, pass);
        pass.trace().record("last_hidden_state", x);
        return switch (config.pooler()) {
            case NONE -> config.normLast() ? normed(split(x), pass) : projected(split(norm.forward(x, pass)), pass);
            case ONE -> projected(split(norm.forward(asked(pool, x, pass), pass)), pass);
            case PARALLEL, CASCADE -> twice(norm.forward(x, pass), pass);
        };
    }

    private static NDArray asked(Optional<QueryPooling> queries, NDArray x, Pass pass) {
        return queries.orElseThrow().forward(x, pass);
    }

    /** What comes out of both sets of queries. */
    private Features twice(NDArray x, Pass pass) {
        NDArray tokens = asked(pool, x, pass); // [batch, queries, projectionWidth]
        NDArray whole = asked(summary, config.pooler() == Pooler.PARALLEL ? x : tokens, pass);
        return projected(new Features(tokens, whole.get(":, 0")), pass);
    }

    /** The first token, or the mean of the others, and the others. */
    private Features split(NDArray x) {
        Check.that(x.getShape().get(1) > 1, "A vision tower of CoCa needs at least 2 tokens.");
        NDArray others = x.get(":, 1:");
        return new Features(others, config.meanPooled() ? others.mean(new int[] {1}) : x.get(":, 0"));
    }

    private Features normed(Features features, Pass pass) {
        return projected(new Features(features.tokens(), norm.forward(features.pooled(), pass)), pass);
    }

    /** Records {@code image_embeds}, the pooled vectors in the shared space. */
    private Features projected(Features features, Pass pass) {
        NDArray shared = projection.forward(features.pooled(), pass); // [batch, projectionWidth]
        pass.trace().record("image_embeds", shared);
        return new Features(features.tokens(), shared);
    }

    @Override
    public WeightTable weightTable() {
        return config.table();
    }

    @Override
    public Map<String, Long> sizes() {
        return Sizes.of(config.image(), config.blocks().sizes())
                .and("positions", config.image().grid().tokens() + 1)
                .and("projectionWidth", config.projectionWidth())
                .and("pooledWidth", config.pooledWidth())
                .and("queries", config.queries())
                .asMap();
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), config.projectionWidth())};
    }
}
