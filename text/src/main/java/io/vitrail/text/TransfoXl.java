package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AdaptiveEmbedding;
import io.vitrail.transformer.AdaptiveSoftmax;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.RelativeAttention;
import io.vitrail.transformer.RelativePositions;
import io.vitrail.transformer.SegmentMemory;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Transformer-XL (Dai et al. 2019, "Transformer-XL: Attentive Language Models beyond a Fixed-Length Context"): a
 * decoder that reads a text of any length, a segment at a time. It differs from the GPTs in what it does with earlier
 * tokens: each layer remembers what it was given of the last of them ({@link SegmentMemory}), and attends to that as
 * well ({@link RelativeAttention}), by distance, since places would begin anew with each segment. So what a token
 * sees reaches a memory farther back with each layer. Its vocabulary is of whole words, hence large, hence the
 * {@link AdaptiveEmbedding} and the {@link AdaptiveSoftmax}.
 */
public final class TransfoXl extends TextModel {
    static final Map<String, TextTask> CLASSES =
            Map.of("TransfoXLModel", TextTask.FEATURES, "TransfoXLLMHeadModel", TextTask.NEXT_TOKEN);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                | block                                                       | shape                  | note
            {base}.word_emb.emb_layers.{i}            | embedding.{i}.words                                         | words{i}, vectors{i}
            {base}.word_emb.emb_projs.{i}             | embedding.{i}.projection.weight                             | width, vectors{i}
            {base}.r_w_bias                           | biases.ofKeys                                               | heads, headWidth
            {base}.r_r_bias                           | biases.ofDistances                                          | heads, headWidth
            {base}.layers.{i}.dec_attn.r_w_bias       | layers.{i}.attention.biases.ofKeys                          | heads, headWidth       | tied: to the other layers, if the config says so
            {base}.layers.{i}.dec_attn.r_r_bias       | layers.{i}.attention.biases.ofDistances                     | heads, headWidth       | tied: to the other layers, if the config says so
            {base}.layers.{i}.dec_attn.qkv_net.weight | layers.{i}.attention.projections.[query, key, value].weight | heads*headWidth, width | fused: one product for all three
            {base}.layers.{i}.dec_attn.r_net          | layers.{i}.attention.distances                              | heads*headWidth, width
            {base}.layers.{i}.dec_attn.o_net          | layers.{i}.attention.output                                 | width, heads*headWidth
            {base}.layers.{i}.dec_attn.layer_norm     | layers.{i}.norm1                                            | width
            {base}.layers.{i}.pos_ff.CoreNet.0        | layers.{i}.mlp.expand                                       | mlpWidth, width
            {base}.layers.{i}.pos_ff.CoreNet.3        | layers.{i}.mlp.contract                                     | width, mlpWidth
            {base}.layers.{i}.pos_ff.layer_norm       | layers.{i}.norm2                                            | width
            crit.out_layers.{i}                       | softmax.{i}.words                                           | words{i}, vectors{i}   | tied: to the embedding, unless the config says otherwise
            crit.out_projs.{i}                        | softmax.{i}.projection.weight                               | width, vectors{i}      | tied: to the embedding, if the config says so
            crit.cluster_weight                       | softmax.rare.weight                                         | rare, vectors0
            crit.cluster_bias                         | softmax.rare.bias                                           | rare
            {base}.pos_emb.inv_freq                   | -                                                           | -                      | unused: computed
            crit.*                                    | -                                                           | -                      | unused: the head, where features are asked for
            """);

    private final TransfoXlConfig config;
    private final AdaptiveEmbedding embedding;
    private final RelativePositions positions;
    private final Encoder layers;
    private final Optional<AdaptiveSoftmax> softmax;

    private TransfoXl(TransfoXlConfig config, TextTask task) {
        this.config = config;
        embedding = part("embedding", new AdaptiveEmbedding(config.words()));
        positions = new RelativePositions(config.words().width(), config.farthest());
        Optional<RelativeAttention.Biases> shared = config.sharing() == TransfoXlConfig.Sharing.BIASES
                ? Optional.of(part("biases", config.biases()))
                : Optional.empty();
        layers = part("layers", new Encoder(config.depth(), i -> config.block(shared.orElseGet(config::biases))));
        softmax = task == TextTask.NEXT_TOKEN
                ? Optional.of(part("softmax", new AdaptiveSoftmax(config.words(), embedding, config.tied())))
                : Optional.empty();
    }

    /** The model that a config.json describes, without weights yet. */
    static TransfoXl of(ConfigJson json, TextTask task) {
        return new TransfoXl(TransfoXlConfig.fromJson(json, task), task);
    }

    /**
     * The memory of so many texts before their first segment: it is seen, and holds zeros, as the reference's does.
     * None if the model has no memory.
     *
     * @param owner of the memory
     */
    public Optional<SegmentMemory> newMemory(long rows, NDManager owner) {
        return config.remembered() == 0
                ? Optional.empty()
                : Optional.of(SegmentMemory.zeros(
                        config.depth(),
                        rows,
                        config.remembered(),
                        config.words().width(),
                        owner));
    }

    /** A memory that goes on from that of earlier segments: for each layer [rows, tokens, width]. */
    public SegmentMemory memory(List<NDArray> layers, NDManager owner) {
        Shape shape = layers.get(0).getShape();
        Check.that(
                layers.size() == config.depth()
                        && shape.get(2) == config.words().width(),
                "%d layers remember tokens of width %d; the model has %d of width %d.",
                layers.size(),
                shape.get(2),
                config.depth(),
                config.words().width());
        return new SegmentMemory(layers, config.remembered(), owner);
    }

    /**
     * The tokens' vectors behind the last layer, after the segments that the pass's memory is of, or as the first
     * segment. The memory goes on with {@link SegmentMemory#advance}. Records {@code last_hidden_state} and the
     * layers' stages.
     *
     * @param ids [batch, tokens], int64
     * @return [batch, tokens, width]
     */
    public NDArray states(NDArray ids, Pass pass) {
        Shape shape = ids.getShape();
        Check.that(shape.dimension() == 2 && shape.size() > 0, "Ids must be [batch, tokens], not %s.", shape);
        NDManager manager = ids.getManager();
        Optional<SegmentMemory> memory = pass.memory().or(() -> newMemory(shape.get(0), manager));
        memory.ifPresent(kept -> Check.that(
                kept.rows() == shape.get(0), "The memory is of %d texts, not %d.", kept.rows(), shape.get(0)));
        int keys =
                Math.toIntExact(shape.get(1) + memory.map(SegmentMemory::tokens).orElse(0L));
        Pass sharing = positions.sharing(keys, memory.map(pass::withMemory).orElse(pass), manager);
        NDArray x = layers.forward(embedding.forward(ids, pass), sharing.withMask(config.mask()));
        pass.trace().record("last_hidden_state", x);
        return x;
    }

    /**
     * Logarithms of the probabilities of what follows each token: [..., width] to [..., vocabulary].
     *
     * @throws IllegalArgumentException if the model was loaded without a head
     */
    public NDArray logProbabilities(NDArray states, Pass pass) {
        return head().forward(states, pass);
    }

    /**
     * The same for certain words only, which is much less to compute.
     *
     * @param states [n, width]
     * @param words one for each row
     * @throws IllegalArgumentException if the model was loaded without a head, or a word isn't in the vocabulary
     */
    public float[] logProbabilities(NDArray states, long[] words, Pass pass) {
        return head().of(states, words, pass);
    }

    private AdaptiveSoftmax head() {
        return softmax.orElseThrow(() ->
                new IllegalArgumentException("This model was loaded without a head, so it gives no probabilities."));
    }

    public boolean hasHead() {
        return softmax.isPresent();
    }

    /** Number of ids that the model knows. */
    public int vocabulary() {
        return config.words().vocabulary();
    }

    /** Tokens that are remembered; 0 if the model has no memory. */
    public int remembered() {
        return config.remembered();
    }

    /**
     * As the first segment: ids [batch, tokens] to what {@link #logProbabilities} gives, or to vectors without a
     * head.
     */
    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        NDArray states = states(ids, pass);
        return hasHead() ? logProbabilities(states, pass) : states;
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "transformer";
    }

    @Override
    public Map<String, Long> sizes() {
        return config.sizes();
    }
}
