package io.vitrail.fusion.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.fusion.training.CaptionedFiles.Captioned;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageException;
import io.vitrail.vit.image.ImageProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Captioned pictures that could be read, processed as at inference: as many as fit a part of the heap stay in memory,
 * the others are read again each time. Any thread may ask.
 */
final class ProcessedPictures {
    private static final int PART_OF_HEAP = 8;

    private final ImageProcessor processor;
    private final List<Captioned> pictures = new ArrayList<>();
    private final List<Optional<float[]>> kept = new ArrayList<>();
    private final Shape shape;

    /** What became of one file. */
    private record Reading(Captioned picture, Optional<float[]> pixels, int length, Optional<String> failure) {}

    /**
     * Reads them all once, in several threads.
     *
     * @param broken told of each file that can't be read, and why
     * @throws IllegalArgumentException if the processor makes them of several sizes
     */
    ProcessedPictures(List<Captioned> all, ImageProcessor processor, Consumer<String> broken) {
        this.processor = processor;
        shape = shape(processor);
        AtomicLong room = new AtomicLong(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
        List<Reading> readings =
                all.parallelStream().map(picture -> read(picture, room)).toList();
        for (Reading reading : readings) {
            reading.failure.ifPresentOrElse(broken, () -> {
                checkSize(reading);
                pictures.add(reading.picture);
                kept.add(reading.pixels);
            });
        }
    }

    /** [channels, imageHeight, imageWidth] of what a processor makes of a square. */
    private static Shape shape(ImageProcessor processor) {
        int side = 64;
        try (NDManager scope = DjlEngine.newManager(Device.cpu())) {
            Image square = Image.fromPixels(new byte[3 * side * side], side, side);
            Shape batch =
                    processor.process(List.of(square), scope).pixelValues().getShape();
            Check.that(batch.dimension() == 4, "Pictures that are cut into tiles or films can't be learned from here.");
            return batch.slice(1);
        }
    }

    private Reading read(Captioned picture, AtomicLong room) {
        try {
            float[] pixels = processor.pixels(Image.fromFile(picture.image()));
            boolean fits = room.addAndGet(-(long) Float.BYTES * pixels.length) >= 0;
            return new Reading(picture, Optional.of(pixels).filter(all -> fits), pixels.length, Optional.empty());
        } catch (ImageException e) {
            String first = e.getMessage().lines().findFirst().orElse("");
            return new Reading(picture, Optional.empty(), 0, Optional.of(picture.image() + ": " + first));
        }
    }

    private void checkSize(Reading reading) {
        Check.that(
                reading.length == shape.size(),
                "The checkpoint's processor leaves pictures of several sizes, which can't be learned together: %s.%n"
                        + "  try:  a preprocessor_config.json that makes all alike.",
                reading.picture.image());
    }

    int size() {
        return pictures.size();
    }

    List<String> captions(int number) {
        return pictures.get(number).captions();
    }

    /** @throws ImageException if the file has gone since, or was damaged */
    private float[] pixels(int number) {
        return kept.get(number)
                .orElseGet(() ->
                        processor.pixels(Image.fromFile(pictures.get(number).image())));
    }

    /** Some of them, one behind the other. */
    float[] batch(int[] numbers) {
        int length = Math.toIntExact(shape.size());
        float[] batch = new float[Math.multiplyExact(numbers.length, length)];
        for (int i = 0; i < numbers.length; i++) {
            System.arraycopy(pixels(numbers[i]), 0, batch, i * length, length);
        }
        return batch;
    }

    /** What {@link #batch} gave, as [batch, channels, imageHeight, imageWidth]. */
    NDArray array(float[] batch, NDManager manager) {
        return manager.create(batch, new Shape(batch.length / shape.size()).addAll(shape));
    }
}
