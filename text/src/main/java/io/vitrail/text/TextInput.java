package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Scope;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

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
 * @param lengths by row, the tokens of the whole text, for models whose positions depend on it; without them, the place
 *     of the batch's last token tells it for all rows, as in the reference
 */
public record TextInput(
        NDArray ids,
        Optional<NDArray> vectors,
        Optional<NDArray> segments,
        Optional<NDArray> places,
        AttentionMask mask,
        int choices,
        Optional<long[]> lengths) {
    /** What there may be besides ids and mask. */
    public enum Part {
        VECTORS,
        SEGMENTS,
        PLACES,
        CHOICES;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

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
        lengths.ifPresent(numbers -> Check.that(
                numbers.length == shape.get(0) && Arrays.stream(numbers).allMatch(length -> length > 0),
                "There must be a positive length for each of %d texts, not %s.",
                shape.get(0),
                Arrays.toString(numbers)));
    }

    /** Texts of one sentence without padding. */
    public static TextInput of(NDArray ids) {
        return new TextInput(
                ids, Optional.empty(), Optional.empty(), Optional.empty(), AttentionMask.NONE, 1, Optional.empty());
    }

    /** With other tokens among the words, for models that {@link TextDecoder#embed embed} words alone. */
    public TextInput withVectors(NDArray tokens) {
        return new TextInput(ids, Optional.of(tokens), segments, places, mask, choices, lengths);
    }

    public TextInput withSegments(NDArray segmentIds) {
        return new TextInput(ids, vectors, Optional.of(segmentIds), places, mask, choices, lengths);
    }

    public TextInput withPlaces(NDArray positions) {
        return new TextInput(ids, vectors, segments, Optional.of(positions), mask, choices, lengths);
    }

    /** Where each row is read as if it were alone, however long the others are. */
    public TextInput withLengths(long... tokens) {
        return new TextInput(ids, vectors, segments, places, mask, choices, Optional.of(tokens));
    }

    public TextInput withChoices(int count) {
        return new TextInput(ids, vectors, segments, places, mask, count, lengths);
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
        return new TextInput(ids, vectors, segments, places, all ? AttentionMask.NONE : hiding, choices, lengths);
    }

    /** With a mask that may be about tokens of earlier passes too. */
    public TextInput hiding(AttentionMask other) {
        return new TextInput(ids, vectors, segments, places, other, choices, lengths);
    }

    /** [batch, queries, keys] of 0 and 1 as what is added to scores. */
    private static AttentionMask hiding(NDArray seen) {
        return new AttentionMask.Bias(AttentionMask.hidingAllBut(seen).expandDims(1)); // [batch, 1, queries, keys]
    }

    /**
     * The same input, for a model that reads these parts besides ids and mask.
     *
     * @throws IllegalArgumentException if it has another part
     */
    public TextInput only(TextModel reader, Part... read) {
        Set<Part> given = EnumSet.noneOf(Part.class);
        vectors.ifPresent(array -> given.add(Part.VECTORS));
        segments.ifPresent(array -> given.add(Part.SEGMENTS));
        places.ifPresent(array -> given.add(Part.PLACES));
        if (choices > 1) {
            given.add(Part.CHOICES);
        }
        given.removeAll(List.of(read));
        Check.that(
                given.isEmpty(),
                "%s doesn't read %s: leave them out.",
                reader.getClass().getSimpleName(),
                given);
        return this;
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
