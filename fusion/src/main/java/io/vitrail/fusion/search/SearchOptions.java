package io.vitrail.fusion.search;

import io.vitrail.fusion.bulk.BulkOptions;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.vit.image.ImageReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How pictures are searched.
 *
 * @param model the folder of a checkpoint; without it the embedded model, which knows no sentences
 * @param index the folder that the index lies in; without it {@link #HIDDEN} in the folder of pictures
 * @param compute where the model computes, and in what numbers
 * @param reader of the pictures; its limits hold
 * @param bulk how many pictures are decoded and computed at once
 * @param savedEvery how much time of an update a kill may undo; each picture is saved at once if it is 0
 */
public record SearchOptions(
        Optional<Path> model,
        Optional<Path> index,
        Compute compute,
        ImageReader reader,
        BulkOptions bulk,
        Duration savedEvery) {
    /** What an index in the folder of its pictures is called. */
    public static final String HIDDEN = ".vitrail-search";

    /** The embedded model on the CPU, an index beside the pictures, saved every 10 seconds. */
    public static final SearchOptions DEFAULT = new SearchOptions(
            Optional.empty(),
            Optional.empty(),
            Compute.DEFAULT,
            ImageReader.DEFAULT,
            BulkOptions.DEFAULT,
            Duration.ofSeconds(10));

    public SearchOptions {
        Check.that(!savedEvery.isNegative(), "The index can't be saved every %d s.", savedEvery.toSeconds());
    }

    /** With the model of a checkpoint's folder. */
    public SearchOptions withModel(Path folder) {
        return new SearchOptions(Optional.of(folder), index, compute, reader, bulk, savedEvery);
    }

    /** With an index in a folder that is empty, not there yet, or holds one already. */
    public SearchOptions withIndex(Path folder) {
        return new SearchOptions(model, Optional.of(folder), compute, reader, bulk, savedEvery);
    }

    public SearchOptions withCompute(Compute other) {
        return new SearchOptions(model, index, other, reader, bulk, savedEvery);
    }

    public SearchOptions withReader(ImageReader other) {
        return new SearchOptions(model, index, compute, other, bulk, savedEvery);
    }

    public SearchOptions withBulk(BulkOptions other) {
        return new SearchOptions(model, index, compute, reader, other, savedEvery);
    }

    public SearchOptions withSavedEvery(Duration time) {
        return new SearchOptions(model, index, compute, reader, bulk, time);
    }
}
