package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Scope;
import java.util.Optional;

/**
 * What a text encoder reads. Its arrays are the caller's.
 *
 * @param ids [batch, tokens], int64
 * @param vectors [batch, tokens, width], float32: what the first layer takes instead of the vectors of the ids, where
 *     other tokens than words stand among these; the pass consumes them
 * @param segments [batch, tokens], int64: which of its sentences a token belongs to; all to the first without it
 * @param places [batch or 1, tokens], int64: where in the table of positions each token stands; where the model puts it
 *     without them
 * @param mask what attention hides
 * @param choices texts that belong to one question, one after the other in the batch; 1 if each stands for itself
 */
public record TextInput(
        NDArray ids,
        Optional<NDArray> vectors,
        Optional<NDArray> segments,
        Optional<NDArray> places,
        AttentionMask mask,
        int choices) {
    public TextInput {
        Shape shape = ids.getShape();
        Check.that(shape.dimension() == 2 && shape.size() > 0, "Ids must be [batch, tokens], not %s.", shape);
        vectors.ifPresent(array -> Check.that(
                array.getDataType() == DataType.FLOAT32
                        && array.getShape().dimension() == 3
                        && array.getShape().slice(0, 2).equals(shape),
                "Tokens' vectors must be float32, [batch, tokens, width] of the ids %s, not %s, %s.",
                shape,
                array.getDataType(),
                array.getShape()));
        segments.ifPresent(array -> Check.that(
                array.getShape().equals(shape),
                "Segment ids must be [batch, tokens] = %s, not %s.",
                shape,
                array.getShape()));
        places.ifPresent(array -> Check.that(
                array.getShape().equals(shape) || array.getShape().equals(new Shape(1, shape.get(1))),
                "Positions must be [batch or 1, tokens] = %s, not %s.",
                shape,
                array.getShape()));
        Check.that(
                choices > 0 && shape.get(0) % choices == 0,
                "%d texts can't be shared by questions with %d choices each.",
                shape.get(0),
                choices);
    }

    /** Texts of one sentence without padding. */
    public static TextInput of(NDArray ids) {
        return new TextInput(ids, Optional.empty(), Optional.empty(), Optional.empty(), AttentionMask.NONE, 1);
    }

    /** With other tokens among the words, for models that {@link TextDecoder#embed embed} words alone. */
    public TextInput withVectors(NDArray tokens) {
        return new TextInput(ids, Optional.of(tokens), segments, places, mask, choices);
    }

    public TextInput withSegments(NDArray segmentIds) {
        return new TextInput(ids, vectors, Optional.of(segmentIds), places, mask, choices);
    }

    public TextInput withPlaces(NDArray positions) {
        return new TextInput(ids, vectors, segments, Optional.of(positions), mask, choices);
    }

    public TextInput withChoices(int count) {
        return new TextInput(ids, vectors, segments, places, mask, count);
    }

    /**
     * With tokens that aren't seen.
     *
     * @param seen [batch, tokens]: 1 for a token, 0 for padding; or [batch, tokens, tokens]: 1 where the token of the row sees
     *     that of the column
     * @throws IllegalArgumentException if it has another shape or other values
     */
    public TextInput withMask(NDArray seen) {
        Shape shape = ids.getShape();
        boolean perToken = seen.getShape().equals(new Shape(shape.get(0), shape.get(1), shape.get(1)));
        Check.that(
                perToken || seen.getShape().equals(shape),
                "The attention mask must be [batch, tokens] = %s or [batch, tokens, tokens], not %s.",
                shape,
                seen.getShape());
        NDArray flags = seen.toType(DataType.FLOAT32, false);
        boolean all = true;
        for (float flag : flags.toFloatArray()) {
            Check.that(flag == 0 || flag == 1, "The attention mask must hold 0 and 1 only, not %s.", flag);
            all &= flag == 1;
        }
        AttentionMask hiding = perToken ? hiding(flags) : new AttentionMask.Padding(seen);
        return new TextInput(ids, vectors, segments, places, all ? AttentionMask.NONE : hiding, choices);
    }

    /** With a mask that may be about tokens of earlier passes too. */
    public TextInput hiding(AttentionMask other) {
        return new TextInput(ids, vectors, segments, places, other, choices);
    }

    /** [batch, queries, keys] of 0 and 1 as what is added to scores. */
    private static AttentionMask hiding(NDArray seen) {
        NDArray hidden = seen.sub(1f).mul(-AttentionMask.HIDDEN);
        return new AttentionMask.Bias(hidden.expandDims(1)); // [batch, 1, queries, keys]
    }

    /** 1 for tokens and 0 for padding, float32, [batch, tokens, 1]. */
    NDArray real() {
        Check.that(
                !(mask instanceof AttentionMask.Bias), "A mask for each token doesn't say which tokens are padding.");
        NDArray real = mask instanceof AttentionMask.Padding padding
                ? Scope.lend(padding.real(), ids.getManager())
                : ids.onesLike();
        return real.toType(DataType.FLOAT32, false).expandDims(2);
    }
}
