package io.vitrail.vit;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
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
public final class LoadedVisionModel implements AutoCloseable {
    /** Pictures that go through the model together. */
    static final int BATCH = 8;

    /** What a task computes from pixels. */
    @FunctionalInterface
    public interface Answer<R> {
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
        return load(folder, compute.operations(), compute.device());
    }

    /** Loads a checkpoint's folder. */
    public static LoadedVisionModel load(Path folder, Operations operations, Device device) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            ImageProcessor processor = ImageProcessor.load(checkpoint.folder());
            Session<VisionModel> session = session(checkpoint, operations, device);
            return new LoadedVisionModel(session, processor, checkpoint.config());
        }
    }

    /** The checkpoint's model. What its config.json asks for and no model can be is the file's mistake, not the caller's. */
    static Session<VisionModel> session(Checkpoint checkpoint, Operations operations, Device device) {
        try {
            return VisionModels.load(checkpoint, operations, device);
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(
                    e.getMessage(),
                    checkpoint.folder().resolve("config.json"),
                    "download the file again, or use a checkpoint of a supported model.",
                    e);
        }
    }

    /** Loads the embedded default. */
    static LoadedVisionModel embedded(Compute compute) {
        return embedded(compute.operations(), compute.device());
    }

    /** Loads the embedded default. */
    public static LoadedVisionModel embedded(Operations operations, Device device) {
        try (EmbeddedCheckpoint files = EmbeddedCheckpoint.unpack()) {
            return load(files.folder(), operations, device);
        }
    }

    public VisionModel model() {
        return session.model();
    }

    public ImageProcessor processor() {
        return processor;
    }

    JsonNode config() {
        return config;
    }

    /** Results in the pictures' order; memory for one batch at a time. */
    public <R> List<R> answer(List<Image> images, Answer<R> answer) {
        List<R> results = new ArrayList<>(images.size());
        images.forEach(LoadedVisionModel::present);
        for (int i = 0; i < images.size(); i += BATCH) {
            List<Image> batch = images.subList(i, Math.min(i + BATCH, images.size()));
            results.addAll(answerBatch(outside -> processor.process(batch, outside), answer));
        }
        return results;
    }

    /**
     * Results as they are asked for. Pictures are taken from the stream a batch at a time, and let go of one by one as
     * they are processed.
     */
    <R> Stream<R> answer(Stream<Image> images, Answer<R> answer) {
        Iterator<Image> source = images.map(LoadedVisionModel::present).iterator();
        Function<Stream<Image>, List<R>> batch =
                pictures -> answerBatch(outside -> processor.process(pictures, outside), answer);
        Iterator<R> results = new BatchIterator<>(source, BATCH, batch);
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(results, Spliterator.ORDERED), false)
                .onClose(images::close);
    }

    private static Image present(Image image) {
        Check.that(image != null, "A picture is missing (null).");
        return image;
    }

    private <R> List<R> answerBatch(Function<NDManager, ProcessedImages> batch, Answer<R> answer) {
        try (NDManager outside = DjlEngine.newManager(Device.cpu());
                ProcessedImages processed = batch.apply(outside)) {
            return session.run((model, scope, pass) -> answer.of(model, onDevice(processed, scope), pass));
        }
    }

    private static NDArray onDevice(ProcessedImages processed, NDManager scope) {
        NDArray pixels = processed.pixelValues().toDevice(scope.getDevice(), false);
        NDArray lent = Scope.lend(pixels, scope); // [batch, 3, imageHeight, imageWidth]
        if (pixels != processed.pixelValues()) {
            pixels.close();
        }
        return lent.toType(DataType.FLOAT32, false);
    }

    @Override
    public void close() {
        session.close();
    }
}
