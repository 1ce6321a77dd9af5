package io.vitrail.vit;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageProcessor;
import io.vitrail.vit.image.ProcessedImages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What every task on pictures is made of: a model ready for inference, and the processing that its checkpoint asks for.
 * Thread-safe. Pictures are processed by the calling thread, outside the model's turn.
 */
final class LoadedVisionModel implements AutoCloseable {
    /** Pictures that go through the model together. */
    static final int BATCH = 8;

    /** What a task computes from pixels. */
    interface Answer<R> {
        /** One result per picture of the batch. */
        List<R> of(VisionModel model, NDArray pixels, Pass pass);
    }

    private final Session<VisionModel> session;
    private final ImageProcessor processor;
    private final JsonNode config;

    private LoadedVisionModel(Session<VisionModel> session, ImageProcessor processor, JsonNode config) {
        this.session = session;
        this.processor = processor;
        this.config = config;
    }

    /** Loads a checkpoint's folder. */
    static LoadedVisionModel load(Path folder, Compute compute) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            ImageProcessor processor = ImageProcessor.load(checkpoint.folder());
            Session<VisionModel> session = VisionModels.load(checkpoint, compute.operations(), compute.device());
            return new LoadedVisionModel(session, processor, checkpoint.config());
        }
    }

    /** Loads the embedded default. */
    static LoadedVisionModel embedded(Compute compute) {
        try (EmbeddedCheckpoint files = EmbeddedCheckpoint.unpack()) {
            return load(files.folder(), compute);
        }
    }

    VisionModel model() {
        return session.model();
    }

    JsonNode config() {
        return config;
    }

    /** Results in the pictures' order; memory for one batch at a time. */
    <R> List<R> answer(List<Image> images, Answer<R> answer) {
        List<R> results = new ArrayList<>(images.size());
        for (int i = 0; i < images.size(); i += BATCH) {
            results.addAll(answerBatch(images.subList(i, Math.min(i + BATCH, images.size())), answer));
        }
        return results;
    }

    /** Results as they are asked for; pictures are taken from the stream a batch at a time. */
    <R> Stream<R> answer(Stream<Image> images, Answer<R> answer) {
        Iterator<Image> source = images.iterator();
        Function<List<Image>, List<R>> batch = pictures -> answerBatch(pictures, answer);
        Iterator<R> results = new BatchIterator<>(source, BATCH, batch);
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(results, Spliterator.ORDERED), false)
                .onClose(images::close);
    }

    private <R> List<R> answerBatch(List<Image> images, Answer<R> answer) {
        images.forEach(image -> Check.that(image != null, "A picture is missing (null)."));
        try (NDManager outside = DjlEngine.newManager(Device.cpu());
                ProcessedImages processed = processor.process(images, outside)) {
            return session.run((model, scope, pass) -> answer.of(model, onDevice(processed, scope), pass));
        }
    }

    private static NDArray onDevice(ProcessedImages processed, NDManager scope) {
        NDArray pixels = processed.pixelValues().toDevice(scope.getDevice(), false);
        NDArray lent = Scope.lend(pixels, scope); // [batch, 3, imageHeight, imageWidth]
        if (pixels != processed.pixelValues()) {
            pixels.close();
        }
        return lent;
    }

    @Override
    public void close() {
        session.close();
    }
}
