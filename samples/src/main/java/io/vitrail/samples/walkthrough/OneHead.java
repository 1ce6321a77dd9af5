package io.vitrail.samples.walkthrough;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.SelfAttention;
import java.util.List;

/** Scaled dot-product attention, first for one query, then for all (Vaswani et al. 2017, section 3.2.1). */
final class OneHead {
    private static final List<String> WORDS = Given.texts();
    private static final String ASKING = WORDS.get(Given.ASKING);
    private static final List<String> FEATURES = Given.FEATURES;
    private static final List<String> NUMBERS = List.of("1", "2", "3", "4");
    private static final double ROOT = Math.sqrt(Given.WIDTH);

    private final Blocks blocks;
    private final SelfAttention attention;
    private final NDArray x;
    private final NDArray q;
    private final NDArray k;
    private final NDArray v;

    OneHead(Blocks blocks) {
        this.blocks = blocks;
        attention = blocks.attention(1, Given.IDENTITY);
        x = blocks.sentence();
        q = projected("query"); // [1, tokens, width], and so are k and v
        k = projected("key");
        v = projected("value");
    }

    private NDArray projected(String name) {
        return Blocks.part(attention, "projections." + name).forward(x, Blocks.pass());
    }

    List<Step> steps() {
        NDArray products = q.get(":, {}", Given.ASKING).expandDims(1).mul(k); // [1, tokens, width]
        NDArray scores = products.sum(new int[] {2}); // [1, tokens], and so are those that follow
        NDArray scaled = scores.div(ROOT);
        return List.of(
                embeddings(),
                projections(),
                dotProducts(products, scores),
                scaling(scores, scaled),
                softmax(scaled),
                weightedSum(scaled.softmax(-1)),
                allAtOnce());
    }

    private Step embeddings() {
        return new Step(
                "Tokens become vectors",
                """
                A model reads tokens, and every token has a row of numbers in a table. Our rows have four, named here
                so that they can be followed: how much of a doing, a thing, a place, a time a word is. A model learns
                its table, which has hundreds of columns without a name.
                """,
                "X = rows of the embedding matrix",
                "section 3.4",
                List.of("TokenEmbedding"),
                List.of(Table.of("X, the embeddings", FEATURES, WORDS, x)));
    }

    private Step projections() {
        return new Step(
                "Queries, keys and values",
                """
                Every token is projected three times: to a query, what it looks for; to a key, what it is found by; and
                to a value, what it gives. The three matrices are learned as well; in ours the row 'time' of Wq makes 年
                look for a place and for a thing that does nothing.
                """,
                "Q = X Wq,  K = X Wk,  V = X Wv",
                "sections 3.2.1 and 3.2.2",
                List.of("SelfAttention", "QueryKeyValue", "Linear"),
                List.of(
                        Table.of("Wq", NUMBERS, FEATURES, blocks.matrix(Given.QUERY)),
                        Table.of("Wk", NUMBERS, FEATURES, blocks.matrix(Given.KEY)),
                        Table.of("Wv", NUMBERS, FEATURES, blocks.matrix(Given.VALUE)),
                        Table.of("Q, the queries", NUMBERS, WORDS, q).marking(ASKING),
                        Table.of("K, the keys", NUMBERS, WORDS, k),
                        Table.of("V, the values", NUMBERS, WORDS, v)));
    }

    private Step dotProducts(NDArray products, NDArray scores) {
        NDArray all = products.concat(scores.expandDims(2), 2); // [1, tokens, width + 1]
        return new Step(
                "年 asks: dot products",
                """
                The query of 年 meets the key of every token, its own too: the first number times the first, the second
                times the second, and so on, all added up. The larger the sum, the better the key fits what the query
                looks for.
                """,
                "scoreⱼ = q · kⱼ = Σᵢ qᵢ kⱼᵢ",
                "section 3.2.1",
                List.of("Attention", "ReadableOperations.attentionWeights"),
                List.of(Table.of(
                        "The query of 年, number by number with each key",
                        List.of("q₁k₁", "q₂k₂", "q₃k₃", "q₄k₄", "q · k"),
                        WORDS,
                        all)));
    }

    private Step scaling(NDArray scores, NDArray scaled) {
        return new Step(
                "Scaling",
                """
                The scores are divided by the root of the keys' width, here √4 = 2. The sum of many products tends to
                be large, and a softmax of large numbers gives nearly everything to one token, and hardly any gradient
                to learn from.
                """,
                "scoreⱼ / √dₖ",
                "section 3.2.1 and its footnote 4",
                List.of("AttentionConfig.scale"),
                List.of(Table.of("The scores of 年", WORDS, List.of("q · k"), scores)
                        .and("q · k / 2", scaled)));
    }

    private Step softmax(NDArray scaled) {
        NDArray exponentials = scaled.exp();
        NDArray shares = exponentials.div(exponentials.sum(new int[] {1}, true));
        NDArray given = blocks.weights(attention, x, Blocks.pass()).get(":, 0, {}", Given.ASKING); // [1, tokens]
        return new Step(
                "Softmax",
                """
                The exponential makes every score positive; divided by their sum, the scores become shares of a whole.
                年, by itself a year, takes most from 中, middle, and next most from 人, person: it is about a middle-aged
                person.
                """,
                "weightⱼ = exp(scoreⱼ) / Σᵢ exp(scoreᵢ)",
                "section 3.2.1, equation 1",
                List.of("ReadableOperations.attentionWeights", "Trace"),
                List.of(
                        Table.of("From scores to shares", WORDS, List.of("q · k / 2"), scaled)
                                .and("exp", exponentials),
                        Table.of("What 年 takes from whom", WORDS, List.of("weight"), shares)
                                .shaded()
                                .beside("SelfAttention", given)));
    }

    private Step weightedSum(NDArray weights) {
        NDArray weighted = weights.expandDims(2).mul(v); // [1, tokens, width]
        NDArray given = attention.forward(x, Blocks.pass()).get(":, {}", Given.ASKING); // [1, width]
        return new Step(
                "The weighted sum",
                """
                Every value is multiplied by its share, and all are added up: that is what attention makes of 年. It had
                next to nothing of a place, the third number, and now has more of that than of anything else, most of
                it from 中.
                """,
                "output = Σⱼ weightⱼ vⱼ",
                "section 3.2.1, equation 1",
                List.of("ReadableOperations.attention"),
                List.of(Table.of("Each value by its share, and the sum", NUMBERS, WORDS, weighted)
                        .and("sum", weighted.sum(new int[] {1}))
                        .marking("sum")
                        .beside("SelfAttention", given)));
    }

    private Step allAtOnce() {
        NDArray scores = q.matMul(k.swapAxes(1, 2)).div(ROOT); // [1, tokens, tokens]
        NDArray weights = scores.softmax(-1);
        return new Step(
                "All tokens at once",
                """
                What was done for 年 is done for all tokens by two matrix products. A row says what its token takes from
                those above the columns, and adds up to 1. Wo, which mixes what several heads find, is the identity
                here.
                """,
                "Attention(Q, K, V) = softmax(Q Kᵀ / √dₖ) V",
                "section 3.2.1, equation 1",
                List.of("SelfAttention", "Attention", "Trace"),
                List.of(
                        Table.of("Who (row) takes how much from whom (column)", WORDS, WORDS, weights)
                                .shaded()
                                .marking(ASKING)
                                .beside("SelfAttention", blocks.weights(attention, x, Blocks.pass())),
                        Table.of("What attention makes of each token", NUMBERS, WORDS, weights.matMul(v))
                                .marking(ASKING)
                                .beside("SelfAttention", attention.forward(x, Blocks.pass()))));
    }
}
