package io.vitrail.samples.walkthrough;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.SelfAttention;
import java.util.List;

/** Positions as sines and cosines (Vaswani et al. 2017, section 3.5), and what attention is without them. */
final class WordOrder {
    private static final double LONGEST = 10000;
    private static final String CAPTION = "What 年 takes from whom, with and without positions";

    private final Blocks blocks;
    private final SelfAttention attention;

    WordOrder(Blocks blocks) {
        this.blocks = blocks;
        attention = blocks.attention(1, Given.IDENTITY);
    }

    Step step() {
        return new Step(
                "Word order",
                """
                So far nothing knows in which order the words stand: read backwards, 年 takes the same from each. So
                every place gets a vector of sines and cosines, of quick waves and slow ones, that is added to the
                token there. Now the order matters; what to make of it is for Wq and Wk to learn, which ours, chosen by
                hand, haven't done.
                """,
                "PE(place, 2i) = sin(place / 10000^(2i/d)),  PE(place, 2i+1) = cos(place / 10000^(2i/d))",
                "section 3.5; the factor √d on embeddings, section 3.4, is left out",
                List.of("SinusoidalPositions", "LearnedPositions", "Rotation"),
                tables());
    }

    private List<Table> tables() {
        List<String> words = Given.texts();
        NDArray forwards = blocks.sentence();
        NDArray backwards = blocks.embed(5, 4, 3, 2, 1, 0);
        NDArray nothing = forwards.zerosLike();
        Table shares = Table.of(CAPTION, words, List.of("in order"), inOrder(forwards))
                .and("backwards", backwards(backwards))
                .and("in order, with positions", inOrder(blocks.placed(forwards)))
                .and("backwards, with positions", backwards(blocks.placed(backwards)))
                .shaded();
        return List.of(
                Table.of("PE, the vectors of the places", waves(), words, positions())
                        .beside("SinusoidalPositions", blocks.placed(nothing)),
                Table.of("X + PE", Given.FEATURES, words, forwards.add(positions()))
                        .beside("SinusoidalPositions", blocks.placed(forwards)),
                shares);
    }

    private static List<String> waves() {
        return List.of("sin p", "cos p", "sin p/100", "cos p/100");
    }

    /** [tokens, width]. */
    private NDArray positions() {
        float[][] rows = new float[Given.WORDS.size()][Given.WIDTH];
        for (int place = 0; place < rows.length; place++) {
            for (int i = 0; i < Given.WIDTH; i += 2) {
                double angle = place / Math.pow(LONGEST, (double) i / Given.WIDTH);
                rows[place][i] = (float) Math.sin(angle);
                rows[place][i + 1] = (float) Math.cos(angle);
            }
        }
        return blocks.matrix(rows);
    }

    /** What 年 takes from each word: [1, tokens]. */
    private NDArray inOrder(NDArray x) {
        return blocks.weights(attention, x, Blocks.pass()).get(":, 0, {}", Given.ASKING);
    }

    /** The same of words that stand backwards, which the result doesn't. */
    private NDArray backwards(NDArray x) {
        int asking = Given.WORDS.size() - 1 - Given.ASKING;
        return blocks.weights(attention, x, Blocks.pass())
                .get(":, 0, {}", asking)
                .flip(1);
    }
}
