package io.vitrail.vit;

import io.vitrail.transformer.EncoderConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/** The numbers behind the names in weight tables. */
final class Sizes {
    private final Map<String, Long> numbers = new LinkedHashMap<>();

    private Sizes() {}

    /** The names that all vision models share. */
    static Sizes of(ImageConfig image, EncoderConfig encoder) {
        return of(image)
                .and("width", encoder.width())
                .and("heads", encoder.heads())
                .and("headWidth", encoder.headWidth())
                .and("mlpWidth", encoder.mlpWidth());
    }

    static Sizes of(ImageConfig image) {
        return new Sizes()
                .and("channels", image.channels())
                .and("patchHeight", image.patchHeight())
                .and("patchWidth", image.patchWidth());
    }

    Sizes and(String name, long number) {
        numbers.put(name, number);
        return this;
    }

    Map<String, Long> asMap() {
        return Map.copyOf(numbers);
    }
}
