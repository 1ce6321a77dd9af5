package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.LearnedPositions;
import io.vitrail.transformer.OpenClipBlocks;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Map;
import java.util.Set;

/**
 * The half of CoCa's decoder that sees no picture (Yu et al. 2022, section 3.2, "decoupled text decoder"): words,
 * places and causal blocks. As in open_clip, what is hidden of a padded text is not its padding but the token behind
 * each padding token.
 */
final class CocaWords extends TensorBlock {
    private static final Set<String> KEYS = Set.of(
            "context_length",
            "vocab_size",
            "tokenizer_kwargs",
            "hf_tokenizer_name",
            "width",
            "heads",
            "layers",
            "mlp_ratio",
            "ls_init_value",
            "embed_cls",
            "pad_id",
            "eos_id",
            "final_ln_after_pool",
            "pool_type",
            "proj_bias",
            "proj_type",
            "output_tokens",
            "act_kwargs",
            "norm_kwargs",
            "block_type",
            "hf_model_pretrained",
            "hf_proj_type",
            "hf_pooler_type");

    /** Rows of a weight table; its sizes are {@link Config}'s. */
    static final String ROWS =
            """
            token_embedding      | words            | vocabulary, width
            positional_embedding | positions.weight | positions, width
            """
                    + OpenClipBlocks.rows("transformer.resblocks.{i}", "encoder.{i}");

    /**
     * Sizes of CoCa's texts.
     *
     * @param maxLength most tokens of a text; one more place is the class token's
     * @param padding the id of padding
     */
    record Config(OpenClipBlocks blocks, int vocabulary, int maxLength, int padding) {
        /** From the "model_cfg" of an open_clip_config.json. */
        static Config fromJson(ConfigJson model) {
            ConfigJson text = model.requiredObject("text_cfg");
            for (String key : text.keys()) {
                if (!KEYS.contains(key) && !text.isOff(key)) {
                    throw text.wrong(key, "left out: such a text tower isn't supported for CoCa");
                }
            }
            if (!text.flag("embed_cls", false)) {
                throw text.wrong("embed_cls", "true: CoCa compares texts by their class token");
            }
            int width = text.size("width", 512);
            boolean quick = model.flag("quick_gelu", false);
            return new Config(
                    OpenClipBlocks.ofTower(text, width, text.size("heads", 8), quick),
                    text.size("vocab_size", 49408),
                    text.size("context_length", 77),
                    text.integer("pad_id", 0));
        }

        int width() {
            return blocks.sizes().width();
        }

        int places() {
            return Math.addExact(maxLength, 1);
        }

        /** The numbers behind the names in weight tables. */
        Map<String, Long> sizes() {
            return Map.of(
                    "vocabulary", (long) vocabulary,
                    "positions", (long) places(),
                    "width", (long) width(),
                    "mlpWidth", (long) blocks.sizes().mlpWidth());
        }
    }

    private final Config config;
    private final TokenEmbedding words;
    private final LearnedPositions positions;
    private final Encoder encoder;

    CocaWords(Config config) {
        this.config = config;
        words = part("words", new TokenEmbedding(config.vocabulary(), config.width()));
        positions = part("positions", new LearnedPositions(config.places(), config.width()));
        encoder = part("encoder", config.blocks().encoder());
    }

    /** The tokens behind the last block: [batch, tokens, width]. */
    NDArray tokens(TextInput input, Pass pass) {
        NDArray x = words.forward(input.ids(), pass);
        x = positions.forward(x, TextDecoder.places(input, pass), pass);
        long tokens = input.ids().getShape().get(1);
        return encoder.forward(x, masked(input, tokens, pass));
    }

    /**
     * The same with one token more at the end of each text, [batch, 1 + tokens, width]; no cache holds earlier ones.
     */
    NDArray tokensWith(NDArray last, TextInput input, Pass pass) {
        NDArray x = words.forward(input.ids(), pass);
        Shape s = x.getShape();
        NDArray repeated = x.getManager()
                .zeros(new Shape(s.get(0), 1, s.get(2)), DataType.FLOAT32)
                .add(last);
        x = positions.forward(x.concat(repeated, 1), pass);
        return encoder.forward(x, masked(input, s.get(1) + 1, pass));
    }

    /** Earlier tokens of a cache are no padding: a text that is written ends with that. */
    private Pass masked(TextInput input, long keys, Pass pass) {
        AttentionMask mask = AttentionMask.CAUSAL.and(input.mask());
        return pass.withMask(pass.earlierTokens() > 0 ? mask : mask.and(behindPadding(input.ids(), keys)));
    }

    private AttentionMask behindPadding(NDArray ids, long keys) {
        NDArray real = ids.neq(config.padding()).toType(DataType.FLOAT32, false); // [batch, tokens]
        if (real.min().getFloat() == 1) {
            return AttentionMask.NONE;
        }
        NDArray first = real.getManager().ones(new Shape(real.getShape().get(0), 1));
        return new AttentionMask.Padding(first.concat(real, 1).get(":, :{}", keys));
    }

    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        return tokens(TextInput.of(ids), pass);
    }
}
