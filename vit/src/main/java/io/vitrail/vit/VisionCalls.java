package io.vitrail.vit;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.Batcher;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Patience;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageProcessor;
import io.vitrail.vit.image.ProcessedImages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * How the calls of one task on pictures are answered: each by itself or with those of other callers, and for how long at
 * most. Immutable and thread-safe. Pictures are processed by the calling thread, outside the model's turn, so that what is
 * wrong with one is told its caller alone.
 *
 * @param <R> what the task gives of a picture
 */
final class VisionCalls<R> {
    /** Pictures of one call that go through the model together. */
    static final int BATCH = 8;

    /** What is computed from the processed pictures of one call. */
    private interface Work<R> {
        List<R> of(NDArray pixels, Patience patience);
    }

    private final LoadedVisionModel loaded;
    private final LoadedVisionModel.Answer<R> task;
    private final Work<R> work;
    private final Supplier<Patience> patience;

    private VisionCalls(
            LoadedVisionModel loaded, LoadedVisionModel.Answer<R> task, Work<R> work, Supplier<Patience> patience) {
        this.loaded = loaded;
        this.task = task;
        this.work = work;
        this.patience = patience;
    }

    /** Each call by itself, for as long as it takes. */
    static <R> VisionCalls<R> of(LoadedVisionModel loaded, LoadedVisionModel.Answer<R> task) {
        return new VisionCalls<>(
                loaded, task, (pixels, patience) -> loaded.compute(pixels, task, patience), Patience::endless);
    }

    /** Together with other callers' pictures of the same size; see {@link Batcher}. */
    VisionCalls<R> batching(int most, Duration wait) {
        Batcher<NDArray, R> batcher =
                new Batcher<>(most, wait, loaded.passes(), pixels -> loaded.compute(pixels, task));
        return new VisionCalls<>(
                loaded,
                task,
                (pixels, patience) -> batcher.answer(
                        pixels,
                        Math.toIntExact(pixels.getShape().get(0)),
                        pixels.getShape().slice(1),
                        patience),
                patience);
    }

    /** With an error for calls that take longer. */
    VisionCalls<R> withDeadline(Duration limit) {
        Patience.of(limit); // an error now, if it is none
        return new VisionCalls<>(loaded, task, work, () -> Patience.of(limit));
    }

    /** Results in the pictures' order; memory for one batch at a time. */
    List<R> answer(List<Image> images) {
        Patience whole = patience.get();
        ImageProcessor processor = loaded.processor();
        List<R> results = new ArrayList<>(images.size());
        images.forEach(VisionCalls::present);
        for (int i = 0; i < images.size(); i += BATCH) {
            List<Image> batch = images.subList(i, Math.min(i + BATCH, images.size()));
            results.addAll(answerBatch(outside -> processor.process(batch, outside), whole));
        }
        return results;
    }

    /**
     * Results as they are asked for. Pictures are taken from the stream a batch at a time, and let go of one by one as
     * they are processed.
     */
    Stream<R> answer(Stream<Image> images) {
        ImageProcessor processor = loaded.processor();
        Iterator<Image> source = images.map(VisionCalls::present).iterator();
        Function<Stream<Image>, List<R>> batch =
                pictures -> answerBatch(outside -> processor.process(pictures, outside), patience.get());
        Iterator<R> results = new BatchIterator<>(source, BATCH, batch);
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(results, Spliterator.ORDERED), false)
                .onClose(images::close);
    }

    private static Image present(Image image) {
        Check.that(image != null, "A picture is missing (null).");
        return image;
    }

    private List<R> answerBatch(Function<NDManager, ProcessedImages> batch, Patience patience) {
        patience.check();
        try (NDManager outside = DjlEngine.newManager(Device.cpu());
                ProcessedImages processed = batch.apply(outside)) {
            return work.of(processed.pixelValues(), patience);
        }
    }
}
