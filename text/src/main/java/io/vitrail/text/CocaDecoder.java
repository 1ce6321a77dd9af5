package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.OpenClipBlocks;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.HashMap;
import java.util.Map;

/**
 * CoCa's decoder (Yu et al. 2022, "CoCa: Contrastive Captioners are Image-Text Foundation Models", section 3.2): a
 * first half that sees no picture, and a second one each of whose layers is a block that looks at the text, and another
 * that asks the picture's tokens, with an MLP each.
 */
public final class CocaDecoder extends TextDecoder {
    private static final WeightTable WEIGHTS = WeightTable.parse("checkpoint | block\n" + CocaWords.ROWS)
            .below("words")
            .under("text")
            .and(WeightTable.parse(
                    """
                    checkpoint                   | block         | shape             | note
                    text_decoder.ln_final        | norm          | width
                    text_decoder.text_projection | output.weight | vocabulary, width | transposed: a matrix on the right of the vectors
                    text_decoder.attn_mask       | -             | -                 | unused: which tokens come later
                    text.attn_mask               | -             | -                 | unused: the same
                    text.cls_emb                 | -             | -                 | unused: for comparing with pictures
                    text.ln_final.*              | -             | -                 | unused: for comparing with pictures
                    text.text_projection*        | -             | -                 | unused: for comparing with pictures
                    visual.*                     | -             | -                 | unused: the vision tower's own
                    logit_scale                  | -             | -                 | unused: for comparing with pictures
                    logit_bias                   | -             | -                 | unused: for comparing with pictures
                    """
                            + OpenClipBlocks.rowsOfDecoder("text_decoder.resblocks.{i}", "decoder.{i}.text")
                            + OpenClipBlocks.rowsOfAsking("text_decoder.cross_attn.{i}", "decoder.{i}.picture")));

    /** One layer of the second half. [batch, tokens, width] to the same. */
    private static final class Layer extends TensorBlock {
        private final TensorBlock text;
        private final TensorBlock picture;

        private Layer(OpenClipBlocks blocks) {
            text = part("text", blocks.selfAttending());
            picture = part("picture", blocks.asking());
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            return picture.forward(text.forward(x, pass), pass);
        }
    }

    private final CocaWords.Config config;
    private final int maxTokens;
    private final CocaWords words;
    private final Encoder decoder;
    private final TokenNorm norm;

    private CocaDecoder(CocaWords.Config config, OpenClipBlocks blocks, int maxTokens) {
        this.config = config;
        this.maxTokens = maxTokens;
        words = part("words", new CocaWords(config));
        int before = config.blocks().sizes().depth();
        decoder = part("decoder", new Encoder(before, blocks.sizes().depth(), layer -> new Layer(blocks)));
        norm = part("norm", blocks.sizes().norm());
        addHead("output", new VocabularyProjection(config.width(), config.vocabulary(), Bias.ABSENT));
    }

    /**
     * The decoder that the "model_cfg" of an open_clip_config.json describes, without weights yet.
     *
     * @param contextWidth width of a picture's tokens
     * @throws io.vitrail.transformer.weights.CheckpointException if the widths differ that must be equal
     */
    public static CocaDecoder of(ConfigJson model, int contextWidth) {
        ConfigJson json = model.requiredObject("multimodal_cfg");
        CocaWords.Config text = CocaWords.Config.fromJson(model);
        int width = json.size("width", 512);
        if (width != text.width() || width != contextWidth) {
            throw json.wrong(
                    "width",
                    "the width of texts, %d, and of a picture's tokens, %d".formatted(text.width(), contextWidth));
        }
        OpenClipBlocks blocks =
                OpenClipBlocks.ofDecoder(json, width, json.size("heads", 8), model.flag("quick_gelu", false));
        return new CocaDecoder(text, blocks, Math.min(text.maxLength(), json.size("context_length", 77)));
    }

    @Override
    public NDArray states(TextInput input, Pass pass) {
        NDArray x = words.tokens(input, pass);
        AttentionMask mask = AttentionMask.CAUSAL.and(input.mask());
        x = norm.forward(decoder.forward(x, pass.withMask(mask)), pass);
        pass.trace().record("last_hidden_state", x);
        return x;
    }

    @Override
    public int maxTokens() {
        return maxTokens;
    }

    @Override
    public int vocabulary() {
        return config.vocabulary();
    }

    /** The id of padding, behind which a token isn't seen. */
    public long padding() {
        return config.padding();
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public Map<String, Long> sizes() {
        return new HashMap<>(config.sizes());
    }
}
