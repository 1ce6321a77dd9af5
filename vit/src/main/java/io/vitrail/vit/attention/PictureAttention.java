package io.vitrail.vit.attention;

import io.vitrail.transformer.Check;
import io.vitrail.vit.Readout;
import java.util.List;

/**
 * What a model's layers attended to in one picture. Maps show what the answer's tokens take up: of the class token its
 * row of weights, of a mean of patches the mean of all rows, and so on ({@link Readout}).
 *
 * @param layers first to last
 * @param readout which tokens the answer is read from
 * @param shares of the last layer's tokens in the answer, special tokens first; treat it as read-only
 */
public record PictureAttention(List<AttentionLayer> layers, Readout readout, double[] shares) {
    public PictureAttention {
        Check.that(!layers.isEmpty(), "There must be at least one layer.");
        layers = List.copyOf(layers);
    }

    /** The map of one head. */
    public HeatMap map(int layer, int head) {
        AttentionLayer chosen = layer(layer);
        return HeatMap.of(chosen.layout(), chosen.taken(head, shares(layer)));
    }

    /** The mean over the heads of a layer. */
    public HeatMap mean(int layer) {
        AttentionLayer mean = layer(layer).meanOfHeads();
        return HeatMap.of(mean.layout(), mean.taken(0, shares(layer)));
    }

    /** The largest over the heads of a layer, for each place. */
    public HeatMap max(int layer) {
        AttentionLayer chosen = layer(layer);
        double[] largest = new double[chosen.layout().tokens()];
        for (int head = 0; head < chosen.heads(); head++) {
            double[] taken = chosen.taken(head, shares(layer));
            for (int i = 0; i < largest.length; i++) {
                largest[i] = Math.max(largest[i], taken[i]);
            }
        }
        return HeatMap.of(chosen.layout(), largest);
    }

    /**
     * Attention rollout (Abnar and Zuidema 2020): what the answer holds of each patch if all layers mix as their heads
     * do on average, and half of each token goes past them.
     */
    public HeatMap rollout() {
        List<AttentionLayer> means =
                layers.stream().map(AttentionLayer::meanOfHeads).toList();
        return HeatMap.of(layer(0).layout(), AnswerFlow.rollout(means, shares));
    }

    private AttentionLayer layer(int number) {
        Check.that(
                number >= 0 && number < layers.size(),
                "This model has layers 0 to %d, not %d.",
                layers.size() - 1,
                number);
        return layers.get(number);
    }

    /** The answer's shares in the tokens of a layer. */
    private double[] shares(int layer) {
        return AnswerFlow.unmixed(layers, shares, layer);
    }
}
