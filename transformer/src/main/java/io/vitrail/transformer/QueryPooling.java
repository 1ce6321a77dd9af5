package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.List;

/**
 * Pools tokens by attention (Yu et al. 2022, "CoCa", section 3.2, "attentional poolers"): each of a few learned queries
 * asks them all. Both sides are normalised first. It differs from {@link AttentionPooling} in that as many tokens come
 * out as there are queries, and in that no MLP follows. [batch, tokens, contextWidth] to [batch, queries, width].
 */
public final class QueryPooling extends TensorBlock {
    private static final int MOST_QUERIES = 1 << 12;

    private static final String ROWS =
            """
            %1$s.query             | %2$s.queries                            | 1, %3$s, %4$s from %3$s, %4$s | reshaped: stored without the axis of the batch
            %1$s.ln_q              | %2$s.norm                               | %4$s
            %1$s.ln_k              | %2$s.attention.contextNorm              | %5$s
            %1$s.attn.in_proj_bias | %2$s.attention.[query, key, value].bias | %4$s                          | fused: one vector for all three
            %1$s.attn.out_proj     | %2$s.attention.output                   | %4$s, %4$s
            """;

    private static final String PROJECTIONS_OF_ONE_WIDTH =
            """
            %1$s.attn.in_proj_weight | %2$s.attention.[query, key, value].weight | %4$s, %4$s | fused: one product for all three
            """;

    private static final String PROJECTIONS_OF_TWO_WIDTHS =
            """
            %1$s.attn.q_proj_weight | %2$s.attention.query.weight | %4$s, %4$s
            %1$s.attn.k_proj_weight | %2$s.attention.key.weight   | %4$s, %5$s
            %1$s.attn.v_proj_weight | %2$s.attention.value.weight | %4$s, %5$s
            """;

    private final int count;
    private final int width;
    private final Parameter queries;
    private final TokenNorm norm;
    private final CrossAttention attention;

    /**
     * @param attention sizes; its width is that of the tokens that come out
     * @param contextWidth width of the tokens that are asked
     */
    public QueryPooling(int count, AttentionConfig attention, int contextWidth, float normEpsilon) {
        Check.that(count > 0 && count <= MOST_QUERIES, "queries (%d) must be from 1 to %d", count, MOST_QUERIES);
        this.count = count;
        width = attention.width();
        queries = parameter("queries", Parameter.Type.OTHER, Initializers.NORMAL, 1, count, width);
        norm = part("norm", new TokenNorm(width, normEpsilon));
        this.attention = part("attention", CrossAttention.ofNormed(attention, contextWidth, normEpsilon));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        Shape all = new Shape(x.getShape().get(0), count, width);
        NDArray asking = x.getManager().zeros(all).add(value(queries, x, pass)); // [batch, queries, width]
        return attention.forward(norm.forward(asking, pass), Tokens.of(x), pass);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), count, width)};
    }

    /**
     * Rows of a weight table for such a part as open_clip names it: PyTorch's attention stores the projections as one
     * matrix where both widths are equal.
     *
     * @param sizes names, or numbers: how many queries, the width, the width of what is asked
     */
    public static String rows(String checkpoint, String block, List<String> sizes, boolean oneWidth) {
        String projections = oneWidth ? PROJECTIONS_OF_ONE_WIDTH : PROJECTIONS_OF_TWO_WIDTHS;
        return (ROWS + projections).formatted(checkpoint, block, sizes.get(0), sizes.get(1), sizes.get(2));
    }
}
