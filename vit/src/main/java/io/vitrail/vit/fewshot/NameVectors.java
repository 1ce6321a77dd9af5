package io.vitrail.vit.fewshot;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import java.util.List;

/**
 * Names of classes as vectors among those of pictures.
 *
 * @param vectors of length 1, one per name
 * @param factor what their cosines with a picture's vector are multiplied by before the softmax
 */
public record NameVectors(List<Embedding> vectors, double factor) {
    public NameVectors {
        vectors = List.copyOf(vectors);
        Check.that(Double.isFinite(factor), "The factor of names' scores is %s.", factor);
    }
}
