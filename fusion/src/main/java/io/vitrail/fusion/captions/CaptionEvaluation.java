package io.vitrail.fusion.captions;

import io.vitrail.fusion.bulk.Bulk;
import io.vitrail.fusion.bulk.BulkRun;
import io.vitrail.fusion.bulk.Outcome;
import io.vitrail.fusion.metrics.CaptionMetrics;
import io.vitrail.fusion.metrics.CaptionReport;
import io.vitrail.fusion.metrics.CaptionTokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * How good captions of a set's pictures are. Pictures that failed take no part, neither with their captions nor in
 * CIDEr-D's frequencies.
 *
 * @param report scores of the others
 * @param failures why pictures have no caption, by their names in the set
 */
public record CaptionEvaluation(CaptionReport report, Map<String, String> failures) {
    public CaptionEvaluation {
        failures = Collections.unmodifiableMap(new LinkedHashMap<>(failures));
    }

    /**
     * Captions the pictures of a set; {@link #of(Iterator)} scores what comes out.
     *
     * @param captioner a sentence for each of a few pictures
     */
    public static Bulk<CaptionedPicture, Image, String> captioning(
            CaptionSet set, ImageReader reader, Function<List<Image>, List<String>> captioner) {
        return Bulk.of(picture -> set.read(picture, reader), captioner);
    }

    /**
     * Scores captions as they come, such as from a {@link BulkRun}.
     *
     * @throws IllegalArgumentException if there is no caption
     */
    public static CaptionEvaluation of(Iterator<Outcome<CaptionedPicture, String>> captioned) {
        Sides sides = new Sides();
        captioned.forEachRemaining(outcome -> {
            outcome.result().ifPresent(caption -> sides.add(outcome.item(), Optional.of(caption)));
            outcome.failure()
                    .ifPresent(failure -> sides.failures.put(outcome.item().file(), message(failure)));
        });
        return sides.score();
    }

    private static String message(Throwable failure) {
        return Optional.ofNullable(failure.getMessage()).orElseGet(failure::toString);
    }

    /**
     * Scores captions that were written down; those of other pictures don't matter.
     *
     * @param split of the set, or without it all
     * @throws IllegalArgumentException if the split has no picture, there is no caption, or pictures have none, which
     *     are named
     */
    public static CaptionEvaluation of(CaptionSet set, Optional<String> split, CandidateCaptions candidates) {
        Sides sides = new Sides();
        try (Stream<CaptionedPicture> pictures = set.pictures(split)) {
            pictures.forEach(picture -> candidates
                    .error(set, picture)
                    .ifPresentOrElse(
                            error -> sides.failures.put(picture.file(), error),
                            () -> sides.add(picture, candidates.caption(set, picture))));
        }
        Check.that(
                !sides.references.isEmpty() || !sides.failures.isEmpty(),
                "The set has no picture%s.",
                split.map(name -> " of the split '" + name + "'").orElse(""));
        return sides.score();
    }

    /** References and candidates, as far as they are known. */
    private static final class Sides {
        private final Map<String, List<List<String>>> references = new LinkedHashMap<>();
        private final Map<String, List<String>> candidates = new LinkedHashMap<>();
        private final Map<String, String> failures = new LinkedHashMap<>();

        void add(CaptionedPicture picture, Optional<String> caption) {
            references.put(
                    picture.file(),
                    picture.captions().stream().map(CaptionTokenizer::tokens).toList());
            caption.map(CaptionTokenizer::tokens).ifPresent(tokens -> candidates.put(picture.file(), tokens));
        }

        CaptionEvaluation score() {
            return new CaptionEvaluation(CaptionMetrics.score(references, candidates), failures);
        }
    }
}
