package io.vitrail.fusion.captions;

import io.vitrail.fusion.bulk.Bulk;
import io.vitrail.fusion.bulk.BulkRun;
import io.vitrail.fusion.bulk.Outcome;
import io.vitrail.fusion.metrics.ClipScore;
import io.vitrail.transformer.Check;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How well captions fit a set's pictures by the eyes of a CLIP, whatever people say of them.
 *
 * @param mean CLIPScore of all captions
 * @param pictures that have one
 * @param failures why other pictures have none, by their names in the set
 */
public record ClipEvaluation(double mean, int pictures, Map<String, String> failures) {
    public ClipEvaluation {
        failures = Collections.unmodifiableMap(new LinkedHashMap<>(failures));
    }

    /**
     * Scores captions, a few pictures at a time.
     *
     * @param captions of pictures of the set, by their names; others of it take no part
     * @throws IllegalArgumentException if no picture with a caption can be read
     */
    public static ClipEvaluation of(
            CaptionSet set, Map<String, String> captions, ImageReader reader, ClipScore metric) {
        Bulk<CaptionedPicture, Seen, Double> bulk = Bulk.of(
                picture -> new Seen(set.read(picture, reader), captions.get(picture.file())),
                seen -> metric.score(
                        seen.stream().map(Seen::picture).toList(),
                        seen.stream().map(Seen::caption).toList()));
        double sum = 0;
        int count = 0;
        Map<String, String> failures = new LinkedHashMap<>();
        try (Stream<CaptionedPicture> pictures = set.pictures(Optional.empty());
                BulkRun<CaptionedPicture, Seen, Double> run =
                        bulk.run(pictures.filter(picture -> captions.containsKey(picture.file()))
                                .iterator())) {
            while (run.hasNext()) {
                Outcome<CaptionedPicture, Double> outcome = run.next();
                outcome.failure()
                        .ifPresent(failure -> failures.put(
                                outcome.item().file(),
                                Optional.ofNullable(failure.getMessage()).orElseGet(failure::toString)));
                sum += outcome.result().orElse(0.0);
                count += outcome.result().isPresent() ? 1 : 0;
            }
        }
        Check.that(count > 0, "No picture that has a caption can be read: %s", List.copyOf(failures.values()));
        return new ClipEvaluation(sum / count, count, failures);
    }

    /** A picture, and what is said of it. */
    private record Seen(Image picture, String caption) {}
}
