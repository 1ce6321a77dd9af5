package io.vitrail.samples.walkthrough;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.SelfAttention;
import java.util.ArrayList;
import java.util.List;

/** Multi-head attention (Vaswani et al. 2017, section 3.2.2). */
final class TwoHeads {
    private static final int HEADS = 2;
    private static final int HEAD_WIDTH = Given.WIDTH / HEADS;

    private final Blocks blocks;
    private final SelfAttention attention;
    private final NDArray x;

    TwoHeads(Blocks blocks) {
        this.blocks = blocks;
        attention = blocks.attention(HEADS, Given.OUTPUT);
        x = blocks.sentence();
    }

    Step step() {
        return new Step(
                "Two heads",
                """
                One softmax makes one choice, so 年 had to mix 中 and 人. With two heads, the first two numbers of
                queries, keys and values attend by themselves, and so do the last two: head 1 turns to things, 人 first,
                and head 2 to 中. Both results stand side by side, and Wo mixes them.
                """,
                "headᵢ = softmax(Qᵢ Kᵢᵀ / √2) Vᵢ,  MultiHead(Q, K, V) = Concat(head₁, head₂) Wo",
                "section 3.2.2",
                List.of("SelfAttention", "Heads", "AttentionConfig"),
                tables());
    }

    private List<Table> tables() {
        List<String> words = Given.texts();
        String asking = words.get(Given.ASKING);
        List<String> numbers = List.of("1", "2", "3", "4");
        NDArray given = blocks.weights(attention, x, Blocks.pass()); // [1, heads, tokens, tokens]
        List<Table> tables = new ArrayList<>();
        for (int head = 0; head < HEADS; head++) {
            tables.add(Table.of("Head " + (head + 1), words, words, weights(head))
                    .shaded()
                    .marking(asking)
                    .beside("SelfAttention", given.get(":, {}", head)));
        }
        NDArray joined = found(0).concat(found(1), 2); // [1, tokens, width]
        NDArray mixed = Blocks.part(attention, "output").forward(joined, Blocks.pass());
        tables.add(
                Table.of("What both find, side by side", List.of("head 1", "head 1", "head 2", "head 2"), words, joined)
                        .marking(asking));
        tables.add(Table.of("Wo", numbers, numbers, blocks.matrix(Given.OUTPUT)));
        tables.add(Table.of("Mixed by Wo", numbers, words, mixed)
                .marking(asking)
                .beside("SelfAttention", attention.forward(x, Blocks.pass())));
        return tables;
    }

    /** [1, tokens, tokens]. */
    private NDArray weights(int head) {
        NDArray scores = part("query", head).matMul(part("key", head).swapAxes(1, 2));
        return scores.div(Math.sqrt(HEAD_WIDTH)).softmax(-1);
    }

    /** [1, tokens, headWidth]. */
    private NDArray found(int head) {
        return weights(head).matMul(part("value", head));
    }

    /** A head's numbers of a projection: [1, tokens, headWidth]. */
    private NDArray part(String name, int head) {
        NDArray all = Blocks.part(attention, "projections." + name).forward(x, Blocks.pass());
        return all.get(":, :, {}:{}", head * HEAD_WIDTH, (head + 1) * HEAD_WIDTH);
    }
}
