package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Any vision tower and any decoder of text, joined by the decoder's cross-attention: the original Transformer with patches for
 * source words. ViT and GPT-2 make captions; ViT or DeiT and a RoBERTa-like decoder read lines of writing (Li et al. 2021,
 * "TrOCR", section 3). Where tower and decoder differ in width, a linear layer stands between.
 */
public final class VisionEncoderDecoder extends PictureWriter {
    /** The model_type of its configs. */
    static final String TYPE = "vision-encoder-decoder";

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint      | block      | shape | note
            enc_to_dec_proj | projection | decoderWidth, width
            encoder.*       | -          | -     | unused: the vision tower's own
            decoder.*       | -          | -     | unused: the decoder's own
            """);

    private final VisionModel encoder;
    private final TextDecoder decoder;
    private final Optional<Linear> projection;
    private final int width;
    private final int decoderWidth;

    private VisionEncoderDecoder(ConfigJson json, VisionTask tower) {
        ConfigJson vision = json.requiredObject("encoder");
        ConfigJson text = json.requiredObject("decoder");
        encoder = part("encoder", VisionModels.create(vision, tower));
        decoder = part("decoder", TextModels.create(text, TextTask.NEXT_TOKEN, TextDecoder.class));
        width = vision.size("hidden_size", 768);
        decoderWidth = text.size(widthKey(text), 768);
        projection = width == decoderWidth || text.has("cross_attention_hidden_size")
                ? Optional.empty()
                : Optional.of(part("projection", new Linear(width, decoderWidth)));
    }

    /** What the decoder's family calls its width. */
    private static String widthKey(ConfigJson text) {
        return List.of("n_embd", "d_model").stream()
                .filter(text::has)
                .findFirst()
                .orElse("hidden_size");
    }

    /** The model that a config.json describes, without weights yet. */
    static VisionEncoderDecoder of(ConfigJson json, FusionTask task) {
        return new VisionEncoderDecoder(json, VisionTask.FEATURES);
    }

    /** Records {@code encoder_last_hidden_state}. */
    @Override
    public Tokens see(VisionInput pictures, Pass pass) {
        Pass traced = pass.withTrace(pass.trace().prefixed("encoder_"));
        NDArray tokens = encoder.features(pictures, traced).tokens(); // [batch, tokens, width]
        return Tokens.of(projection.map(layer -> layer.forward(tokens, pass)).orElse(tokens));
    }

    @Override
    public Optional<TokenLayout> layout(int imageHeight, int imageWidth) {
        return Optional.of(encoder.layout(0, imageHeight, imageWidth));
    }

    @Override
    public TextDecoder decoder() {
        return decoder;
    }

    /** Without special tokens, which would end the text. */
    @Override
    public long[] ids(String words, Tokenizer tokenizer) {
        EncodeOptions plain = EncodeOptions.builder().specialTokens(false).build();
        return tokenizer.encode(words, plain).ids();
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    List<WeightTable.Filling> towers(Checkpoint checkpoint) {
        return List.of(encoder.filling(checkpoint, "encoder"), decoder.filling(checkpoint, "decoder"));
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of("width", (long) width, "decoderWidth", (long) decoderWidth);
    }
}
