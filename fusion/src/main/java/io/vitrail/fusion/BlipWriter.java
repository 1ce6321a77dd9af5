package io.vitrail.fusion;

import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.BlipVision;
import io.vitrail.vit.Features;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * BLIP that writes captions (Li et al. 2022, "BLIP: Bootstrapping Language-Image Pre-training", section 3.1, figure 2): the
 * "image-grounded text decoder", a BERT each of whose layers asks the picture's tokens between self-attention and MLP, and whose
 * tokens don't see those behind them. A caption begins with a token of its own, {@code [DEC]}, and ends with {@code [SEP]}.
 */
public final class BlipWriter extends PictureWriter {
    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint     | block | shape | note
            vision_model.* | -     | -     | unused: the vision tower's own
            text_decoder.* | -     | -     | unused: the decoder's own
            """);

    private final ConfigJson text;
    private final BlipVision vision;
    private final TextDecoder decoder;

    private BlipWriter(ConfigJson json) {
        text = textConfig(json);
        vision = part("vision", BlipVision.of(json));
        decoder = part("decoder", TextModels.create(text, TextTask.NEXT_TOKEN, TextDecoder.class));
    }

    /** The decoder's part of BLIP's config; the width of what it asks is the picture's, whatever is written there. */
    static ConfigJson textConfig(ConfigJson json) {
        int width = json.section("vision_config").size("hidden_size", 768);
        return json.requiredObject("text_config").with("encoder_hidden_size", width);
    }

    /** The model that a config.json describes, without weights yet. */
    static BlipWriter of(ConfigJson json, FusionTask task) {
        return new BlipWriter(json);
    }

    /** Records what the reference publishes of the picture: {@code image_embeds} and {@code last_hidden_state}. */
    @Override
    public Tokens see(VisionInput pictures, Pass pass) {
        return see(vision, pictures, pass);
    }

    /** The same of any BLIP. */
    static Tokens see(BlipVision vision, VisionInput pictures, Pass pass) {
        Features features = vision.features(pictures, pass);
        pass.trace().record("image_embeds", features.tokens());
        return Tokens.of(features.tokens());
    }

    @Override
    public Optional<TokenLayout> layout(int imageHeight, int imageWidth) {
        return Optional.of(vision.layout(0, imageHeight, imageWidth));
    }

    @Override
    public TextDecoder decoder() {
        return decoder;
    }

    /** The decoder's, which ends with its separator whatever its config calls the end. */
    @Override
    public GenerationOptions options(Checkpoint checkpoint) {
        return options(text);
    }

    /** The same of any BLIP that writes. */
    static GenerationOptions options(ConfigJson text) {
        return GenerationOptions.ofModel(text).toBuilder()
                .eos(List.of(last(text)))
                .pad(text.integer("pad_token_id", 0))
                .build();
    }

    /** What the decoder begins with. */
    static long first(ConfigJson text) {
        return text.integer("bos_token_id", 30522);
    }

    /** What ends its texts. */
    static long last(ConfigJson text) {
        return text.integer("sep_token_id", 102);
    }

    /** A text's own first token gives way to the decoder's, and its last, the separator, would end it. */
    @Override
    public Prompt prompt(long[] ids, GenerationOptions options) {
        long first = first(text);
        if (ids.length == 0) {
            return Prompt.of(first);
        }
        long[] begun = Arrays.copyOf(ids, Math.max(1, ids.length - 1));
        begun[0] = first;
        return Prompt.of(begun);
    }

    /** The text's own first token gives way to the decoder's. */
    @Override
    public long[] lesson(String words, Tokenizer tokenizer, GenerationOptions options, int most) {
        long[] ids = cut(words, tokenizer, most);
        ids[0] = first(text);
        return ids;
    }

    @Override
    public double labelSmoothing() {
        return text.number("label_smoothing", 0);
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    List<WeightTable.Filling> towers(Checkpoint checkpoint) {
        return List.of(vision.filling(checkpoint), decoder.filling(checkpoint, "text_decoder"));
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of();
    }
}
