package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.GenerationOptionsBuilder;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.BlipVision;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.image.Tiling;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * BLIP-2 (Li et al. 2023, "BLIP-2: Bootstrapping Language-Image Pre-training with Frozen Image Encoders and Large
 * Language Models", section 3.3, figure 3). It differs from {@link Llava} in that not patches stand in the prompt, but
 * what a {@link QFormer} asked them: as few tokens as it has queries, for a picture of any size. They stand before the
 * words, also before the first special one. The language model is OPT, which goes on with the prompt, or T5, which
 * answers it.
 */
public final class Blip2 extends SoftPromptWriter {
    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                             | block                                           | shape                  | note
            query_tokens                                           | qformer.queries                                 | 1, queries, asking
            qformer.layernorm                                      | qformer.norm                                    | asking
            qformer.encoder.layer.{i}.attention.attention.query    | qformer.encoder.{i}.attention.projections.query | asking, asking
            qformer.encoder.layer.{i}.attention.attention.key      | qformer.encoder.{i}.attention.projections.key   | asking, asking
            qformer.encoder.layer.{i}.attention.attention.value    | qformer.encoder.{i}.attention.projections.value | asking, asking
            qformer.encoder.layer.{i}.attention.output.dense       | qformer.encoder.{i}.attention.output            | asking, asking
            qformer.encoder.layer.{i}.attention.output.LayerNorm   | qformer.encoder.{i}.norm1                       | asking
            qformer.encoder.layer.{i}.crossattention.attention.query  | qformer.encoder.{i}.contextAttention.query   | asking, asking
            qformer.encoder.layer.{i}.crossattention.attention.key    | qformer.encoder.{i}.contextAttention.key     | asking, context
            qformer.encoder.layer.{i}.crossattention.attention.value  | qformer.encoder.{i}.contextAttention.value   | asking, context
            qformer.encoder.layer.{i}.crossattention.output.dense     | qformer.encoder.{i}.contextAttention.output  | asking, asking
            qformer.encoder.layer.{i}.crossattention.output.LayerNorm | qformer.encoder.{i}.contextNorm              | asking
            qformer.encoder.layer.{i}.intermediate_query.dense     | qformer.encoder.{i}.mlp.expand                  | mlpWidth, asking
            qformer.encoder.layer.{i}.output_query.dense           | qformer.encoder.{i}.mlp.contract                | asking, mlpWidth
            qformer.encoder.layer.{i}.output_query.LayerNorm       | qformer.encoder.{i}.norm2                       | asking
            language_projection                                    | projection                                      | width, asking
            qformer.embeddings.*                                   | -                                               | -                      | unused: words, which the Q-Former read in its training
            qformer.encoder.layer.{i}.intermediate.*               | -                                               | -                      | unused: for words, likewise
            qformer.encoder.layer.{i}.output.*                     | -                                               | -                      | unused: for words, likewise
            vision_model.*                                         | -                                               | -                      | unused: the vision tower's own
            language_model.*                                       | -                                               | -                      | unused: the language model's own
            """);

    private static final String IMAGE_TOKEN = "image_token_index";

    /** What the reference's language models have for special tokens where their config doesn't say. */
    private record SpecialTokens(long pad, long eos) {}

    private static final Map<String, SpecialTokens> SPECIAL_TOKENS =
            Map.of("opt", new SpecialTokens(1, 2), "t5", new SpecialTokens(0, 1));

    private final ConfigJson text;
    private final BlipVision vision;
    private final QFormer.Config config;
    private final QFormer qformer;
    private final Linear projection;
    private final int width;

    private Blip2(ConfigJson json) {
        super(language(json.requiredObject("text_config")), imageToken(json), IMAGE_TOKEN);
        text = json.requiredObject("text_config");
        vision = part("vision", BlipVision.ofBlip2(json));
        config = QFormer.Config.fromJson(json, Math.toIntExact(vision.sizes().get("width")));
        qformer = part("qformer", new QFormer(config));
        width = Math.toIntExact(decoder().sizes().get("width"));
        projection = part("projection", new Linear(config.width(), width));
    }

    /** The model that a config.json describes, without weights yet. */
    static Blip2 of(ConfigJson json, FusionTask task) {
        return new Blip2(json);
    }

    private static TextDecoder language(ConfigJson text) {
        String type = text.text("model_type", "");
        Check.that(
                SPECIAL_TOKENS.containsKey(type),
                "config.json: a BLIP-2 with a language model of type '%s' is not supported; supported: opt, t5.",
                type);
        TextTask task = type.equals("t5") ? TextTask.TEXT_TO_TEXT : TextTask.NEXT_TOKEN;
        return TextModels.create(text, task, TextDecoder.class);
    }

    private static int imageToken(ConfigJson json) {
        Check.that(
                json.has(IMAGE_TOKEN),
                "config.json: '%s' is missing: the id that keeps a place for the picture.%n"
                        + "  try:  a newer revision of the checkpoint; this one was made for an older processor.",
                IMAGE_TOKEN);
        return json.integer(IMAGE_TOKEN, 0);
    }

    /** Records the outputs of the vision tower and of the Q-Former, under the reference's names for these. */
    @Override
    public NDArray see(VisionInput pictures, Pass pass) {
        Trace trace = pass.trace();
        return see(pictures, pass.withTrace(trace.prefixed("vision_outputs.")), trace.prefixed("qformer_outputs."));
    }

    /** @param asking records what the Q-Former does; the pass's own trace, what the tower does */
    private NDArray see(VisionInput pictures, Pass pass, Trace asking) {
        NDArray tokens = vision.features(pictures, pass).tokens(); // [pictures, tokens, contextWidth]
        NDArray answers = qformer.forward(tokens, pass.withTrace(asking));
        return projection.forward(answers, pass); // [pictures, queries, width]
    }

    /** The queries took from the tower's tokens, on average over the layers that ask. */
    @Override
    Sight sight(VisionInput picture, Pass pass) {
        Trace trace = Trace.of(picture.pixels().getManager(), Set.of(Trace.Stage.ATTENTIONS));
        return new Sight(Tokens.of(see(picture, pass, trace)), MeanAttention.of(trace, "cross_attentions."));
    }

    /** Of the places that the queries asked. */
    @Override
    public Optional<TokenLayout> layout(int imageHeight, int imageWidth) {
        return Optional.of(vision.layout(0, imageHeight, imageWidth));
    }

    @Override
    public int tokensPerPicture() {
        return config.queries();
    }

    /** The pictures' places, then the prompt with its special tokens. */
    @Override
    long[] ids(String prompt, List<Tiling> pictures, Tokenizer tokenizer, EncodeOptions encoding) {
        long count = (long) tokensPerPicture() * pictures.size();
        LongStream places = LongStream.generate(this::imageToken).limit(count);
        return LongStream.concat(
                        places, LongStream.of(tokenizer.encode(prompt, encoding).ids()))
                .toArray();
    }

    /** The language model's, which the file generation_config.json doesn't reach in the reference. */
    @Override
    public GenerationOptions options(Checkpoint checkpoint) {
        SpecialTokens usual = SPECIAL_TOKENS.get(text.text("model_type", ""));
        GenerationOptionsBuilder options = GenerationOptions.ofModel(text).toBuilder();
        if (!text.keys().contains("eos_token_id")) {
            options.eos(List.of(usual.eos()));
        }
        if (!text.keys().contains("pad_token_id")) {
            options.pad(usual.pad());
        }
        return options.build();
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    List<WeightTable.Filling> towers(Checkpoint checkpoint) {
        return List.of(vision.filling(checkpoint), decoder().filling(checkpoint, "language_model"));
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of(
                "queries", (long) config.queries(),
                "asking", (long) config.width(),
                "context", (long) config.contextWidth(),
                "mlpWidth", (long) config.encoder().mlpWidth(),
                "width", (long) width);
    }
}
