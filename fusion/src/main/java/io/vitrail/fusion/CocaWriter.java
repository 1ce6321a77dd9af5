package io.vitrail.fusion;

import io.vitrail.text.CocaDecoder;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.CocaVision;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * CoCa that writes captions (Yu et al. 2022, "CoCa: Contrastive Captioners are Image-Text Foundation Models", section
 * 3.2, figure 2), as open_clip builds and saves it: a decoder whose second half asks what learned queries brought back
 * of the picture. The first half is what {@link Coca} compares texts by.
 *
 * <p>Captions are written as open_clip's {@code generate} writes them where it takes the likeliest token each: 5 to 30
 * tokens, the last of which ends the text; padding ends it, too.
 */
public final class CocaWriter extends PictureWriter {
    /** What the model type of open_clip's checkpoints of CoCa is called here. */
    static final String TYPE = "coca";

    /** The class of open_clip, and its method. */
    static final String CLASS = "CoCa.generate";

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint     | block | shape | note
            visual.*       | -     | -     | unused: the vision tower's own
            text.*         | -     | -     | unused: the decoder's own
            text_decoder.* | -     | -     | unused: the decoder's own
            logit_scale    | -     | -     | unused: for comparing pictures with texts
            logit_bias     | -     | -     | unused: for comparing pictures with texts
            """);

    private static final long FIRST = 49406;
    private static final long LAST = 49407;
    private static final int MOST_TOKENS = 30;
    private static final int LEAST_TOKENS = 5;

    private final CocaVision vision;
    private final CocaDecoder decoder;
    private final long padding;

    private CocaWriter(ConfigJson model) {
        vision = part("vision", CocaVision.of(model));
        decoder = part("decoder", CocaDecoder.of(model, vision.tokenWidth()));
        padding = model.integer("pad_id", 0);
    }

    /** The model that an open_clip_config.json describes, without weights yet. */
    static CocaWriter of(ConfigJson json, FusionTask task) {
        return new CocaWriter(json.requiredObject("model_cfg"));
    }

    @Override
    public Tokens see(VisionInput pictures, Pass pass) {
        return Tokens.of(vision.features(pictures, pass).tokens());
    }

    /** The queries took from all tokens of the tower; only some of what they brought back is asked. */
    @Override
    Sight sight(VisionInput picture, Pass pass) {
        Trace trace = Trace.of(picture.pixels().getManager(), Set.of(Trace.Stage.ATTENTIONS));
        Tokens tokens = see(picture, pass.withTrace(trace));
        return new Sight(tokens, MeanAttention.of(trace, "cross_attentions.0").map(all -> all.from(vision.apart())));
    }

    /** Of the places that queries asked; without queries, of the patches that the decoder asks itself. */
    @Override
    public Optional<TokenLayout> layout(int imageHeight, int imageWidth) {
        TokenLayout all = vision.layout(0, imageHeight, imageWidth);
        return Optional.of(vision.pools() ? all : all.withSpecialTokens(0));
    }

    @Override
    public TextDecoder decoder() {
        return decoder;
    }

    /** Those of open_clip, which its folder can override by a generation_config.json. */
    @Override
    public GenerationOptions options(Checkpoint checkpoint) {
        boolean said = Files.exists(checkpoint.folder().resolve("generation_config.json"));
        GenerationOptions own = said ? GenerationOptions.of(checkpoint) : GenerationOptions.defaults();
        long last = own.eos().isEmpty() ? LAST : own.eos().get(0);
        if (own.maxLength().isPresent() || own.maxNewTokens().isPresent()) {
            return ending(own, last);
        }
        int most = Math.min(MOST_TOKENS, decoder.maxTokens());
        return ending(own, last).toBuilder()
                .maxLength(most)
                .minLength(Math.min(LEAST_TOKENS, most))
                .build();
    }

    private GenerationOptions ending(GenerationOptions own, long last) {
        return own.toBuilder()
                .bos(own.bos().orElse(FIRST))
                .eos(List.of(last, padding))
                .forcedEos(List.of(last))
                .pad(padding)
                .build();
    }

    /** Without special tokens, which would end the text. */
    @Override
    public long[] ids(String words, Tokenizer tokenizer) {
        EncodeOptions plain = EncodeOptions.builder().specialTokens(false).build();
        return tokenizer.encode(words, plain).ids();
    }

    @Override
    public Prompt prompt(long[] ids, GenerationOptions options) {
        Check.that(
                Arrays.stream(ids).noneMatch(id -> id == decoder.padding()),
                "The words that a text begins with can't hold CoCa's padding, id %d.",
                decoder.padding());
        return super.prompt(ids, options);
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    List<WeightTable.Filling> towers(Checkpoint checkpoint) {
        return List.of(vision.filling(checkpoint, "visual"), decoder.filling(checkpoint));
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of();
    }
}
