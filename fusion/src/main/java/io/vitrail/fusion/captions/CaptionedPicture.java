package io.vitrail.fusion.captions;

import java.util.List;
import java.util.Optional;

/**
 * A picture and what people say of it.
 *
 * @param file its name within its {@link CaptionSet}
 * @param split that it is meant for, such as {@code train} or {@code test}
 * @param captions at least one
 */
public record CaptionedPicture(String file, Optional<String> split, List<String> captions) {
    public CaptionedPicture {
        captions = List.copyOf(captions);
    }
}
