package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PostNormBlock;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;

/**
 * BERT (Devlin et al. 2018): the encoder of the original Transformer over word pieces. It differs from a Vision Transformer in
 * what the tokens come from, in norms after the residual instead of before, and in padding, which a mask hides.
 */
public final class Bert extends TensorBlock {
    /** Where each weight of a checkpoint of {@code BertModel} belongs. */
    public static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                            | block                                   | shape
            {base}.embeddings.word_embeddings                     | embedding.words                         | vocabulary, width
            {base}.embeddings.position_embeddings                 | embedding.positions                     | maxLength, width
            {base}.embeddings.token_type_embeddings               | embedding.segments                      | segments, width
            {base}.embeddings.LayerNorm                           | embedding.norm                          | width
            {base}.encoder.layer.{i}.attention.self.query         | encoder.{i}.attention.projections.query | width, width
            {base}.encoder.layer.{i}.attention.self.key           | encoder.{i}.attention.projections.key   | width, width
            {base}.encoder.layer.{i}.attention.self.value         | encoder.{i}.attention.projections.value | width, width
            {base}.encoder.layer.{i}.attention.output.dense       | encoder.{i}.attention.output            | width, width
            {base}.encoder.layer.{i}.attention.output.LayerNorm   | encoder.{i}.norm1                       | width
            {base}.encoder.layer.{i}.intermediate.dense           | encoder.{i}.mlp.expand                  | mlpWidth, width
            {base}.encoder.layer.{i}.output.dense                 | encoder.{i}.mlp.contract                | width, mlpWidth
            {base}.encoder.layer.{i}.output.LayerNorm             | encoder.{i}.norm2                       | width
            {base}.pooler.dense                                   | pooler                                  | width, width
            {base}.embeddings.position_ids                        | -                                       | - | unused: 0, 1, 2, …
            """);

    /**
     * Sizes of one BERT.
     *
     * @param encoder sizes of the blocks
     * @param vocabulary number of word pieces
     * @param maxLength most tokens of a text
     * @param segments kinds of sentences
     */
    public record Config(EncoderConfig encoder, int vocabulary, int maxLength, int segments) {
        /** As config.json names them, with the reference's defaults. */
        public static Config fromJson(ConfigJson json) {
            EncoderConfig encoder = new EncoderConfig(
                    json.size("hidden_size", 768),
                    json.integer("num_hidden_layers", 12),
                    json.size("num_attention_heads", 12),
                    json.size("intermediate_size", 3072),
                    (float) json.number("layer_norm_eps", 1e-12),
                    Activation.named(json.text("hidden_act", "gelu")),
                    Bias.PRESENT);
            return new Config(
                    encoder,
                    json.size("vocab_size", 30522),
                    json.size("max_position_embeddings", 512),
                    json.size("type_vocab_size", 2));
        }
    }

    /**
     * What BERT makes of a batch of texts.
     *
     * @param tokens with the padding that went in
     * @param pooled [batch, width], of the first token, through a layer with tanh
     */
    public record Features(Tokens tokens, NDArray pooled) {}

    private final Config config;
    private final TextEmbedding embedding;
    private final Encoder encoder;
    private final Linear pooler;

    /** A model without weights yet. */
    public Bert(Config config) {
        this.config = config;
        EncoderConfig sizes = config.encoder();
        embedding = part("embedding", new TextEmbedding(config));
        encoder = part("encoder", new Encoder(sizes.depth(), i -> block(sizes)));
        pooler = part("pooler", new Linear(sizes.width(), sizes.width(), Bias.PRESENT, Activation.TANH));
    }

    private static PostNormBlock block(EncoderConfig sizes) {
        return new PostNormBlock(
                new SelfAttention(sizes.attention()),
                sizes.norm(),
                new Mlp(sizes.width(), sizes.mlpWidth(), sizes.activation()),
                sizes.norm());
    }

    /**
     * @param ids [batch, tokens], int64
     * @param segmentIds of the same shape
     * @param real of the same shape: 1 for a token, 0 for padding
     */
    public Features features(NDArray ids, NDArray segmentIds, NDArray real, Pass pass) {
        NDArray x = embedding.forward(ids, segmentIds, pass); // [batch, tokens, width]
        Tokens tokens = encoder.forward(new Tokens(x, new AttentionMask.Padding(real)), pass);
        pass.trace().record("last_hidden_state", tokens.vectors());
        NDArray pooled = pooler.forward(tokens.vectors().get(":, 0"), pass);
        pass.trace().record("pooler_output", pooled);
        return new Features(tokens, pooled);
    }

    /** Ids of texts of one segment without padding, [batch, tokens], to their pooled vectors [batch, width]. */
    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        return features(ids, ids.zerosLike(), ids.onesLike(), pass).pooled();
    }

    /** The numbers behind the names in the weight table's shapes. */
    public Map<String, Long> sizes() {
        return Map.of(
                "vocabulary", (long) config.vocabulary(),
                "maxLength", (long) config.maxLength(),
                "segments", (long) config.segments(),
                "width", (long) config.encoder().width(),
                "mlpWidth", (long) config.encoder().mlpWidth());
    }
}
