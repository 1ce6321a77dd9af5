package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextEmbedding;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.LearnedPositions;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;
import java.util.Optional;

/**
 * The one stream of {@link Git}: a BERT before whose words the pass's context stands. Its tokens see each other; a word
 * sees them, the words before it and itself (Wang et al. 2022, section 3.1). Places are counted from the first word.
 *
 * <p>With a cache, the first pass takes the context in; from then on it is among the tokens that the cache holds.
 */
final class GitText extends TextDecoder {
    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                       | block                                   | shape             | note
            git.embeddings.word_embeddings                   | embedding.words                         | vocabulary, width
            git.embeddings.position_embeddings               | embedding.positions                     | maxLength, width
            git.embeddings.LayerNorm                         | embedding.norm                          | width
            git.embeddings.position_ids                      | -                                       | -                 | unused: 0, 1, 2, …
            git.encoder.layer.{i}.attention.self.query       | encoder.{i}.attention.projections.query | width, width
            git.encoder.layer.{i}.attention.self.key         | encoder.{i}.attention.projections.key   | width, width
            git.encoder.layer.{i}.attention.self.value       | encoder.{i}.attention.projections.value | width, width
            git.encoder.layer.{i}.attention.output.dense     | encoder.{i}.attention.output            | width, width
            git.encoder.layer.{i}.attention.output.LayerNorm | encoder.{i}.norm1                       | width
            git.encoder.layer.{i}.intermediate.dense         | encoder.{i}.mlp.expand                  | mlpWidth, width
            git.encoder.layer.{i}.output.dense               | encoder.{i}.mlp.contract                | width, mlpWidth
            git.encoder.layer.{i}.output.LayerNorm           | encoder.{i}.norm2                       | width
            output.bias                                      | output.bias                             | vocabulary
            output.weight                                    | output.weight                           | vocabulary, width | tied: to the words, if the config says so
            git.image_encoder.*                              | -                                       | -                 | unused: the vision tower's own
            git.visual_projection.*                          | -                                       | -                 | unused: between picture and text
            git.img_temporal_embedding.*                     | -                                       | -                 | unused: between picture and text
            """);

    private final EncoderConfig blocks;
    private final int words;
    private final int maxLength;
    private final TextEmbedding embedding;
    private final Encoder encoder;

    GitText(ConfigJson json) {
        String positions = json.text("position_embedding_type", "absolute");
        Check.that(
                positions.equals("absolute"),
                "config.json: position_embedding_type '%s' is not supported for GIT; supported: absolute.",
                positions);
        blocks = new EncoderConfig(
                json.size("hidden_size", 768),
                json.integer("num_hidden_layers", 6),
                json.size("num_attention_heads", 12),
                json.size("intermediate_size", 3072),
                (float) json.number("layer_norm_eps", 1e-12),
                Activation.named(json.text("hidden_act", "gelu")),
                Bias.PRESENT);
        words = json.size("vocab_size", 30522);
        maxLength = json.size("max_position_embeddings", 1024);
        TokenEmbedding table = new TokenEmbedding(words, blocks.width());
        LearnedPositions places = new LearnedPositions(maxLength, blocks.width());
        embedding = part("embedding", new TextEmbedding(table, Optional.empty(), Optional.of(places), blocks.norm()));
        encoder = part("encoder", blocks.postNormEncoder());
        addHead("output", VocabularyProjection.of(table, json.flag("tie_word_embeddings", false), Bias.PRESENT));
    }

    @Override
    public NDArray states(TextInput input, Pass pass) {
        NDArray x = stream(input, pass);
        long tokens = input.ids().getShape().get(1);
        return x.get(":, {}:", x.getShape().get(1) - tokens);
    }

    /** {@link #states} of all tokens that go through the layers in this pass: in the first, the context too. */
    NDArray stream(TextInput input, Pass pass) {
        long seen =
                pass.context().map(tokens -> tokens.vectors().getShape().get(1)).orElse(0L);
        boolean begins = pass.earlierTokens() == 0;
        TextInput read = input.only(this, TextInput.Part.PLACES);
        NDArray x = embedding.forward(read.withPlaces(placesOfWords(input, begins ? 0 : seen, pass)), pass);
        NDManager manager = x.getManager();
        AttentionMask order = AttentionMask.CAUSAL;
        if (begins && seen > 0) {
            Tokens before = repeated(pass.context().orElseThrow(), x);
            x = before.then(Tokens.of(x)).vectors(); // [batch, seen + tokens, width]
            order = openTo(seen, x.getShape().get(1), manager);
        }
        AttentionMask mask = order.and(behind(seen, input.mask(), manager));
        x = encoder.forward(x, pass.withMask(mask));
        if (begins) {
            int rows = Math.toIntExact(x.getShape().get(0));
            pass.cache().ifPresent(cache -> cache.advance(rows, seen));
        }
        pass.trace().record("last_hidden_state", x);
        return x;
    }

    /** Where the words stand in the text: as the input says, or behind those of earlier passes. */
    private static NDArray placesOfWords(TextInput input, long seen, Pass pass) {
        return input.places().isPresent()
                ? input.places().get()
                : places(input, pass).sub(seen);
    }

    /** The context of each row of x, in its manager: several rows may share one. */
    private static Tokens repeated(Tokens context, NDArray x) {
        long rows = x.getShape().get(0);
        long contexts = context.vectors().getShape().get(0);
        Check.that(rows % contexts == 0, "%d texts can't share %d pictures equally.", rows, contexts);
        return Tokens.of(Scope.lend(context.vectors(), x.getManager()).repeat(0, rows / contexts));
    }

    /** Hides later tokens, but the first so many from none: [1, 1, tokens, tokens]. */
    private static AttentionMask openTo(long first, long tokens, NDManager manager) {
        NDArray key =
                manager.arange(0, Math.toIntExact(tokens), 1, DataType.INT64).reshape(1, 1, 1, tokens);
        NDArray last = key.reshape(1, 1, tokens, 1).maximum(first - 1); // that a query sees
        return new AttentionMask.Bias(AttentionMask.hidingAllBut(key.lte(last)));
    }

    /** What a mask of words hides, where so many tokens stand before them. */
    private static AttentionMask behind(long seen, AttentionMask mask, NDManager manager) {
        if (mask instanceof AttentionMask.None) {
            return mask;
        }
        Check.that(mask instanceof AttentionMask.Padding, "GIT takes a mask of padding, [batch, tokens].");
        NDArray real =
                Scope.lend(((AttentionMask.Padding) mask).real(), manager).toType(DataType.FLOAT32, false);
        NDArray before = manager.ones(new Shape(real.getShape().get(0), seen));
        return new AttentionMask.Padding(before.concat(real, 1));
    }

    @Override
    public int maxTokens() {
        return maxLength;
    }

    @Override
    public int vocabulary() {
        return words;
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of(
                "vocabulary", (long) words,
                "maxLength", (long) maxLength,
                "width", (long) blocks.width(),
                "mlpWidth", (long) blocks.mlpWidth());
    }
}
