package io.vitrail.samples.walkthrough;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TensorBlock;
import java.util.List;

/** Masked attention, in which no token sees one behind it (Vaswani et al. 2017, section 3.2.3). */
final class NoLookingAhead {
    private final Blocks blocks;
    private final SelfAttention attention;

    NoLookingAhead(Blocks blocks) {
        this.blocks = blocks;
        attention = blocks.attention(1, Given.IDENTITY);
    }

    Step step() {
        return new Step(
                "Masked attention: nobody looks ahead",
                """
                A model that writes must not see what comes later, or it would learn to copy. Before the softmax the
                scores of later tokens become minus infinity, so their shares become 0 and the others' grow. 年 can't
                see 人 any more, and 写 sees itself alone.
                """,
                "softmax(Q Kᵀ / √dₖ + M) V,  Mᵢⱼ = −∞ where j > i",
                "sections 3.1 and 3.2.3",
                List.of("AttentionMask.Causal", "TextDecoder"),
                tables());
    }

    private List<Table> tables() {
        List<String> words = Given.texts();
        String asking = words.get(Given.ASKING);
        NDArray x = blocks.sentence();
        Pass causal = Blocks.pass().withMask(AttentionMask.CAUSAL);
        NDArray seen = causal.mask().apply(scaledScores(x)); // [1, 1, tokens, tokens]
        return List.of(
                Table.of("Scores under the mask", words, words, seen).marking(asking),
                Table.of("Who takes how much from whom", words, words, seen.softmax(-1))
                        .shaded()
                        .marking(asking)
                        .beside("SelfAttention", blocks.weights(attention, x, causal)));
    }

    /** [1, 1, tokens, tokens]. */
    private NDArray scaledScores(NDArray x) {
        NDArray q = projected("query", x);
        NDArray k = projected("key", x);
        return q.matMul(k.swapAxes(1, 2)).div(Math.sqrt(Given.WIDTH)).expandDims(1);
    }

    private NDArray projected(String name, NDArray x) {
        TensorBlock projection = Blocks.part(attention, "projections." + name);
        return projection.forward(x, Blocks.pass()); // [1, tokens, width]
    }
}
