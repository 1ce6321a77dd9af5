package io.vitrail.vit;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.Calls;
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

    private final LoadedVisionModel loaded;
    private final Calls<NDArray, R> calls;

    private VisionCalls(LoadedVisionModel loaded, Calls<NDArray, R> calls) {
        this.loaded = loaded;
        this.calls = calls;
    }

    /** Each call by itself, for as long as it takes. */
    static <R> VisionCalls<R> of(LoadedVisionModel loaded, LoadedVisionModel.Answer<R> task) {
        return new VisionCalls<>(loaded, Calls.of(new Pixels<>(loaded, task)));
    }

    /** Batches of pixels [batch, channels, imageHeight, imageWidth]; those of pictures of one size go together. */
    private record Pixels<R>(LoadedVisionModel loaded, LoadedVisionModel.Answer<R> task)
            implements Calls.Work<NDArray, R> {
        @Override
        public List<R> alone(NDArray pixels, Patience patience) {
            return loaded.compute(pixels, task, patience);
        }

        @Override
        public List<R> together(Supplier<List<NDArray>> pixels, Patience patience) {
            return loaded.computeTogether(pixels, task, patience);
        }

        @Override
        public int size(NDArray pixels) {
            return Math.toIntExact(pixels.getShape().get(0));
        }

        @Override
        public Object kind(NDArray pixels) {
            return pixels.getShape().slice(1);
        }

        @Override
        public int passes() {
            return loaded.passes();
        }
    }

    /** Together with other callers' pictures of the same size. */
    VisionCalls<R> batching(int most, Duration wait) {
        return new VisionCalls<>(loaded, calls.batching(most, wait));
    }

    /** With an error for calls that take longer. */
    VisionCalls<R> withDeadline(Duration limit) {
        return new VisionCalls<>(loaded, calls.withDeadline(limit));
    }

    /** Results in the pictures' order; memory for one batch at a time. */
    List<R> answer(List<Image> images) {
        Patience whole = calls.patience();
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
                pictures -> answerBatch(outside -> processor.process(pictures, outside), calls.patience());
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
            return calls.answer(processed.pixelValues(), patience);
        }
    }
}
