package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import io.vitrail.vit.image.ImageException;
import io.vitrail.vit.image.ImageReader;
import io.vitrail.vit.training.LabelledPictures.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Pictures that could be read, to learn from: as many as fit a part of the heap stay in memory, the others are read
 * again each time. JPEGs much larger than what the model sees are decoded smaller. Any thread may ask.
 */
final class ReadPictures {
    private static final int SIDES = 3;
    private static final int PART_OF_HEAP = 4;

    private final List<Example> examples;
    private final List<Optional<Picture>> kept;
    private final ImageReader reader;

    private ReadPictures(List<Example> examples, List<Optional<Picture>> kept, ImageReader reader) {
        this.examples = examples;
        this.kept = kept;
        this.reader = reader;
    }

    /** What became of one file. */
    private record Reading(Example example, Optional<Picture> kept, Optional<String> failure) {}

    /**
     * Reads them all once, in several threads.
     *
     * @param side that the model sees
     * @param broken told of each file that can't be read, and why
     */
    static ReadPictures of(List<Example> examples, int side, Consumer<String> broken) {
        ImageReader reader = ImageReader.DEFAULT.withJpegSide(SIDES * side);
        AtomicLong room = new AtomicLong(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
        List<Reading> readings = read(examples, reader, room);
        List<Example> whole = new ArrayList<>();
        List<Optional<Picture>> kept = new ArrayList<>();
        for (Reading reading : readings) {
            reading.failure.ifPresentOrElse(broken, () -> {
                whole.add(reading.example);
                kept.add(reading.kept);
            });
        }
        return new ReadPictures(whole, kept, reader);
    }

    /** Those that can be read as a whole, without keeping them. */
    static List<Example> readable(List<Example> examples, Consumer<String> broken) {
        List<Example> whole = new ArrayList<>();
        for (Reading reading : read(examples, ImageReader.DEFAULT, new AtomicLong())) {
            reading.failure.ifPresentOrElse(broken, () -> whole.add(reading.example));
        }
        return whole;
    }

    private static List<Reading> read(List<Example> examples, ImageReader reader, AtomicLong room) {
        return IntStream.range(0, examples.size())
                .parallel()
                .mapToObj(i -> read(examples.get(i), reader, room))
                .toList();
    }

    private static Reading read(Example example, ImageReader reader, AtomicLong room) {
        try {
            Picture picture = Picture.of(reader.fromFile(example.file()).pixels());
            boolean fits = room.addAndGet(-picture.rgb().length) >= 0;
            return new Reading(example, fits ? Optional.of(picture) : Optional.empty(), Optional.empty());
        } catch (ImageException e) {
            String first = e.getMessage().lines().findFirst().orElse("");
            return new Reading(example, Optional.empty(), Optional.of(example.file() + ": " + first));
        }
    }

    int size() {
        return examples.size();
    }

    int label(int number) {
        return examples.get(number).label();
    }

    /** @throws ImageException if the file has gone since, or was damaged */
    Picture picture(int number) {
        Check.that(number >= 0 && number < size(), "picture %d is none of %d", number, size());
        return kept.get(number)
                .orElseGet(() ->
                        Picture.of(reader.fromFile(examples.get(number).file()).pixels()));
    }
}
