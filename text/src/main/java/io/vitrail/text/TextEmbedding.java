package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.LearnedPositions;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.TokenNorm;

/**
 * Ids to tokens (Devlin et al. 2018, figure 2): the vectors of the word piece, of its place and of its segment are added and
 * normalised. What patches and their positions are to a picture.
 */
final class TextEmbedding extends TensorBlock {
    private final TokenEmbedding words;
    private final LearnedPositions positions;
    private final TokenEmbedding segments;
    private final TokenNorm norm;

    TextEmbedding(Bert.Config config) {
        int width = config.encoder().width();
        words = part("words", new TokenEmbedding(config.vocabulary(), width));
        positions = part("positions", new LearnedPositions(config.maxLength(), width));
        segments = part("segments", new TokenEmbedding(config.segments(), width));
        norm = part("norm", config.encoder().norm());
    }

    /**
     * @param ids [batch, tokens], int64
     * @param segmentIds of the same shape: 0 for the first sentence, 1 for the second
     * @return [batch, tokens, width]
     */
    NDArray forward(NDArray ids, NDArray segmentIds, Pass pass) {
        Shape shape = ids.getShape();
        Check.that(
                shape.dimension() == 2 && shape.equals(segmentIds.getShape()),
                "Ids %s and segment ids %s must both be [batch, tokens].",
                shape,
                segmentIds.getShape());
        NDArray x = words.forward(ids, pass).add(segments.forward(segmentIds, pass));
        return norm.forward(positions.forward(x, pass), pass);
    }

    /** Ids of one sentence: all of the first segment. */
    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        return forward(ids, ids.zerosLike(), pass);
    }
}
