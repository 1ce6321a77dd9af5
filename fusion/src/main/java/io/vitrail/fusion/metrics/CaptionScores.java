package io.vitrail.fusion.metrics;

import io.vitrail.transformer.Check;
import java.util.List;

/**
 * How close candidates come to references.
 *
 * @param bleu BLEU-1 to BLEU-4, each from 0 to 1
 * @param rougeL from 0 to 1
 * @param ciderD from 0 to 10
 */
public record CaptionScores(List<Double> bleu, double rougeL, double ciderD) {
    public CaptionScores {
        bleu = List.copyOf(bleu);
    }

    /** @param order 1 to 4, the longest run of tokens that counts */
    public double bleu(int order) {
        Check.that(order >= 1 && order <= bleu.size(), "BLEU is known for orders 1 to %d, not %d.", bleu.size(), order);
        return bleu.get(order - 1);
    }
}
