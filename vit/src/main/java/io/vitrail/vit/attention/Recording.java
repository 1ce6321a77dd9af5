package io.vitrail.vit.attention;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.AttentionRecorder;
import io.vitrail.transformer.AttentionRecorder.Recorded;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.vit.Readout;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.VisionModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The attention that one pass over a picture recorded, laid out over the photo.
 *
 * @param layers in which tokens ask each other, first to last
 * @param probe the attention that the answer is read by, if a probe reads it
 * @param readout which tokens it is read from
 */
record Recording(List<AttentionLayer> layers, Optional<AttentionLayer> probe, Readout readout) {
    private static final double[] ALL = {1};

    /** The weights of a forward pass over normalised pixels [1, channels, imageHeight, imageWidth]. */
    static Recording of(VisionModel model, NDArray pixels, Pass pass, PhotoView view) {
        AttentionRecorder recorder = AttentionRecorder.of(pass.operations());
        model.features(VisionInput.of(pixels), pass.withOperations(recorder));
        List<Recorded> recorded = recorder.recorded();
        List<AttentionLayer> layers = new ArrayList<>();
        for (int i = 0; i < recorded.size(); i++) {
            layers.add(layer(model, view, recorded.get(i), i));
        }
        return of(model, layers);
    }

    /** The relevance of weights that a score was differentiated by (Ā in the paper), each of one head. */
    static Recording ofRelevance(VisionModel model, PhotoView view, List<Recorded> recorded) {
        List<AttentionLayer> layers = new ArrayList<>();
        for (int i = 0; i < recorded.size(); i++) {
            layers.add(layer(model, view, recorded.get(i), i)
                    .relevance(recorded.get(i).gradient()));
        }
        return of(model, layers);
    }

    private static AttentionLayer layer(VisionModel model, PhotoView view, Recorded recorded, int number) {
        TokenLayout layout = view.place(model.layout(number, view.height(), view.width()));
        int heads = Math.toIntExact(recorded.shape().get(1));
        int queries = Math.toIntExact(recorded.shape().get(2));
        return new AttentionLayer(layout, heads, queries, recorded.weights());
    }

    /** A probe that isn't what the answer is read by says nothing about it. */
    private static Recording of(VisionModel model, List<AttentionLayer> all) {
        boolean probed = model.readout() == Readout.PROBE;
        List<AttentionLayer> layers = all.subList(0, all.size() - (probed ? 1 : 0)).stream()
                .filter(AttentionLayer::isSelfAttention)
                .toList();
        Check.that(!layers.isEmpty(), "This model has no attention layers, so there is nothing to show.");
        Optional<AttentionLayer> probe = probed ? Optional.of(all.get(all.size() - 1)) : Optional.empty();
        return new Recording(layers, probe, model.readout());
    }

    PictureAttention attention() {
        return new PictureAttention(layers, readout, shares());
    }

    /**
     * What attention brought to the answer from each patch. The paper's matrix begins as the identity, each token relevant
     * for itself; the answer's tokens lose that here. A probe is no token, and has nothing to lose.
     */
    HeatMap relevance() {
        double[] relevance = AnswerFlow.relevance(layers, shares());
        double[] itself = AnswerFlow.unmixed(layers, shares(), 0);
        for (int i = 0; i < relevance.length && probe.isEmpty(); i++) {
            relevance[i] -= itself[i];
        }
        return HeatMap.of(layers.get(0).layout(), relevance);
    }

    private double[] shares() {
        TokenLayout last = layers.get(layers.size() - 1).layout();
        return probe.map(asked -> asked.meanOfHeads().taken(0, ALL))
                .orElseGet(() -> readout.shares(last.specialTokens(), last.tokens()));
    }
}
