package io.vitrail.fusion.bulk;

import io.vitrail.transformer.Check;
import java.util.Optional;

/**
 * What came of an item of bulk work: a result, or else why there is none.
 *
 * @param item as it was given
 * @param result of the model
 * @param failure of decoding, or of the model
 */
public record Outcome<T, R>(T item, Optional<R> result, Optional<Throwable> failure) {
    public Outcome {
        Check.that(result.isPresent() != failure.isPresent(), "An outcome is a result or a failure.");
    }

    public static <T, R> Outcome<T, R> of(T item, R result) {
        return new Outcome<>(item, Optional.of(result), Optional.empty());
    }

    public static <T, R> Outcome<T, R> failed(T item, Throwable failure) {
        return new Outcome<>(item, Optional.empty(), Optional.of(failure));
    }
}
