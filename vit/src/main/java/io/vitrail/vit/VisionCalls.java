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
public final class VisionCalls<R> {
    /**
     * What a task computes from batches of pixels [batch, channels, imageHeight, imageWidth]; those of pictures of one
     * size go together.
     */
    public interface Work<R> extends Calls.Work<NDArray, R> {
        @Override
        default int size(NDArray pixels) {
            return Math.toIntExact(pixels.getShape().get(0));
        }

        @Override
        default Object kind(NDArray pixels) {
            return pixels.getShape().slice(1);
        }
    }

    /** Pictures of one call that go through the model together. */
    static final int BATCH = 8;

    private final ImageProcessor processor;
    private final Calls<NDArray, R> calls;

    private VisionCalls(ImageProcessor processor, Calls<NDArray, R> calls) {
        this.processor = processor;
        this.calls = calls;
    }

    /** Each call by itself, for as long as it takes. */
    static <R> VisionCalls<R> of(LoadedVisionModel loaded, LoadedVisionModel.Answer<R> task) {
        return of(loaded.processor(), new Pixels<>(loaded, task));
    }

    /**
     * Each call by itself, for as long as it takes.
     *
     * @param processor makes pixels of pictures
     */
    public static <R> VisionCalls<R> of(ImageProcessor processor, Work<R> work) {
        return new VisionCalls<>(processor, Calls.of(work));
    }

    private record Pixels<R>(LoadedVisionModel loaded, LoadedVisionModel.Answer<R> task) implements Work<R> {
        @Override
        public List<R> alone(NDArray pixels, Patience patience) {
            return loaded.compute(pixels, task, patience);
        }

        @Override
        public List<R> together(Supplier<List<NDArray>> pixels, Patience patience) {
            return loaded.computeTogether(pixels, task, patience);
        }

        @Override
        public int passes() {
            return loaded.passes();
        }
    }

    /** Together with other callers' pictures of the same size. */
    public VisionCalls<R> batching(int most, Duration wait) {
        return new VisionCalls<>(processor, calls.batching(most, wait));
    }

    /** With an error for calls that take longer. */
    public VisionCalls<R> withDeadline(Duration limit) {
        return new VisionCalls<>(processor, calls.withDeadline(limit));
    }

    /** Results in the pictures' order; memory for one batch at a time. */
    public List<R> answer(List<Image> images) {
        return answer(images, calls.patience());
    }

    /** The same within a longer call, whose patience it is. */
    public List<R> answer(List<Image> images, Patience whole) {
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
    public Stream<R> answer(Stream<Image> images) {
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
