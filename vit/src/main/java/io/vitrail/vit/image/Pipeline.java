package io.vitrail.vit.image;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a processor does to one picture: steps on samples of 8 bits, the step to floating-point values, and steps on
 * those.
 *
 * @param padsBatch whether the pictures of a batch are padded to the size of the largest, and a mask tells where they
 *     are real
 */
record Pipeline(List<PixelStep> pixelSteps, ValueTable values, List<PlaneStep> planeSteps, boolean padsBatch) {
    Planes run(Image image) {
        Pixels pixels = image.pixels();
        for (PixelStep step : pixelSteps) {
            pixels = step.apply(pixels);
        }
        Planes planes = values.apply(pixels);
        for (PlaneStep step : planeSteps) {
            planes = step.apply(planes);
        }
        return planes;
    }

    /** The steps in words. */
    @Override
    public String toString() {
        Stream<?> steps = Stream.of(
                        pixelSteps.stream(),
                        Stream.of(values.description()),
                        planeSteps.stream(),
                        padsBatch ? Stream.of("pad to the largest of the batch") : Stream.empty())
                .flatMap(part -> part);
        return steps.map(Object::toString).filter(step -> !step.isEmpty()).collect(Collectors.joining(", "));
    }
}
