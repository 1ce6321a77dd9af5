package io.vitrail.samples.walkthrough;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.PostNormBlock;
import java.util.List;
import java.util.stream.IntStream;

/** A layer of the original encoder: attention, MLP, and a norm behind each (Vaswani et al. 2017, section 3.1). */
final class EncoderLayer {
    private static final int[] OVER_WIDTH = {2};
    private static final List<String> NUMBERS = numbers(Given.WIDTH);

    private final Blocks blocks;
    private final PostNormBlock layer;
    private final NDArray x;
    private final NDArray attended;
    private final NDArray sum;
    private final NDArray normed;

    EncoderLayer(Blocks blocks) {
        this.blocks = blocks;
        layer = blocks.layer();
        x = blocks.placed(blocks.sentence()); // [1, tokens, width], and so are the others
        attended = part("attention", x);
        sum = x.add(attended);
        normed = normalised(sum);
    }

    private static List<String> numbers(int last) {
        return IntStream.rangeClosed(1, last).mapToObj(Integer::toString).toList();
    }

    private NDArray part(String name, NDArray given) {
        return Blocks.part(layer, name).forward(given, Blocks.pass());
    }

    List<Step> steps() {
        return List.of(attentionAndNorm(), feedForward());
    }

    private static NDArray normalised(NDArray x) {
        NDArray centred = x.sub(mean(x));
        return centred.div(mean(centred.square()).add(Given.NORM_EPSILON).sqrt());
    }

    private static NDArray mean(NDArray x) {
        return x.mean(OVER_WIDTH, true); // [1, tokens, 1]
    }

    private Step attentionAndNorm() {
        return new Step(
                "Residual and norm",
                """
                What attention found is added to what was there, so that a layer only learns the change, and a gradient
                has a straight way back. Then each token is normalised by itself: its numbers get the mean 0 and the
                variance 1. The original Transformer and BERT put the norm behind the sum; GPT-2 and ViT put it before
                the attention.
                """,
                "LayerNorm(x + Attention(x))",
                "section 3.1; Ba et al. 2016, section 3",
                List.of("PostNormBlock", "TokenNorm", "PreNormBlock"),
                sums());
    }

    private List<Table> sums() {
        List<String> words = Given.texts();
        NDArray variance = mean(sum.sub(mean(sum)).square());
        return List.of(
                Table.of("x: the embeddings with positions", Given.FEATURES, words, x),
                Table.of("Attention(x), with two heads", NUMBERS, words, attended),
                Table.of("x + Attention(x)", NUMBERS, words, sum),
                Table.of(
                        "Of each sum",
                        List.of("mean", "variance"),
                        words,
                        mean(sum).concat(variance, 2)),
                Table.of("LayerNorm(x + Attention(x))", NUMBERS, words, normed)
                        .beside("TokenNorm", part("norm1", sum)));
    }

    private Step feedForward() {
        return new Step(
                "Feed-forward, and the layer is done",
                """
                Attention has moved things between tokens; now each token by itself goes through two matrices with ReLU
                between, which makes negative numbers 0. A residual and a norm again, and that is one layer of the
                encoder; the paper stacks six, BERT twelve, each with weights of its own.
                """,
                "FFN(y) = max(0, y W₁ + b₁) W₂ + b₂,  output = LayerNorm(y + FFN(y))",
                "section 3.3, equation 2",
                List.of("Mlp", "PostNormBlock", "Encoder"),
                layers());
    }

    private List<Table> layers() {
        List<String> words = Given.texts();
        List<String> hidden = numbers(Given.MLP_WIDTH);
        NDArray w1 = blocks.matrix(Given.EXPAND);
        NDArray b1 = blocks.matrix(Given.EXPAND_BIAS);
        NDArray w2 = blocks.matrix(Given.CONTRACT);
        NDArray b2 = blocks.matrix(Given.CONTRACT_BIAS);
        NDArray expanded = normed.matMul(w1).add(b1).maximum(0);
        NDArray contracted = expanded.matMul(w2).add(b2);
        return List.of(
                Table.of("W₁", hidden, NUMBERS, w1).and("b₁", b1),
                Table.of("max(0, y W₁ + b₁)", hidden, words, expanded),
                Table.of("W₂", NUMBERS, hidden, w2).and("b₂", b2),
                Table.of("FFN(y)", NUMBERS, words, contracted).beside("Mlp", part("mlp", normed)),
                Table.of("The layer's output", NUMBERS, words, normalised(normed.add(contracted)))
                        .beside("PostNormBlock", layer.forward(x, Blocks.pass())));
    }
}
