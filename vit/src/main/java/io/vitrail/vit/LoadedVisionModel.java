package io.vitrail.vit;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.kernels.OperationsAhead;
import io.vitrail.transformer.lora.LoraAdapter;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.Labels;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageProcessor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What every task on pictures is made of: a model ready for inference, and the processing that its checkpoint asks for.
 * Thread-safe.
 */
public final class LoadedVisionModel implements AutoCloseable {
    /** What a task computes from pixels. */
    @FunctionalInterface
    public interface Answer<R> {
        /** One result per picture of the batch. */
        List<R> of(VisionModel model, NDArray pixels, Pass pass);
    }

    private final Session<VisionModel> session;
    private final ImageProcessor processor;
    private final JsonNode config;
    private final List<String> labels;
    private final Runnable closing;

    private LoadedVisionModel(Session<VisionModel> session, ImageProcessor processor, JsonNode config) {
        this.session = session;
        this.processor = processor;
        this.config = config;
        labels = session.model().labels();
        closing = session::close;
    }

    private LoadedVisionModel(LoadedVisionModel base, LoraAdapter adapter, Optional<Path> description) {
        session = base.session.with(adapter);
        processor = base.processor;
        config = description.map(JsonFile::read).orElse(base.config);
        labels = description.map(file -> Labels.of(ConfigJson.of(config, file))).orElse(base.labels);
        closing = adapter::close;
    }

    /**
     * The same model changed by an adapter; both share the weights. Closing it frees the adapter alone.
     *
     * @throws CheckpointException if the adapter was made for another model, or must be merged
     */
    LoadedVisionModel with(PeftAdapter adapter) {
        return new LoadedVisionModel(this, LoraAdapter.of(Check.given(adapter, "adapter"), session), adapter.config());
    }

    /** Loads a checkpoint's folder with an adapter merged into its weights, whose config.json tells of other classes. */
    static LoadedVisionModel merged(Path folder, PeftAdapter adapter, Compute compute) {
        try (Checkpoint base = Checkpoint.open(folder)) {
            ImageProcessor processor = ImageProcessor.load(base.folder());
            return load(adapter.adapted(base), processor, compute.operations(), compute.device())
                    .admitting(compute.passes());
        }
    }

    /** Loads a checkpoint's folder. */
    static LoadedVisionModel load(Path folder, Compute compute) {
        try (OperationsAhead ahead = OperationsAhead.of(compute);
                Checkpoint checkpoint = Checkpoint.open(folder)) {
            ImageProcessor processor = ImageProcessor.load(checkpoint.folder());
            return load(checkpoint, processor, ahead.operations(), compute.device())
                    .admitting(compute.passes());
        }
    }

    /** Loads a checkpoint's folder. */
    public static LoadedVisionModel load(Path folder, Operations operations, Device device) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return load(checkpoint, ImageProcessor.load(checkpoint.folder()), operations, device);
        }
    }

    private static LoadedVisionModel load(
            Checkpoint checkpoint, ImageProcessor processor, Operations operations, Device device) {
        Session<VisionModel> session = session(checkpoint, operations, device);
        return new LoadedVisionModel(session, processor, checkpoint.config());
    }

    /** The checkpoint's model. What its config.json asks for and no model can be is the file's mistake, not the caller's. */
    static Session<VisionModel> session(Checkpoint checkpoint, Operations operations, Device device) {
        try {
            return VisionModels.load(checkpoint, operations, device);
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(
                    e.getMessage(),
                    checkpoint.configFile(),
                    "download the file again, or use a checkpoint of a supported model.",
                    e);
        }
    }

    /** Loads the embedded default. */
    static LoadedVisionModel embedded(Compute compute) {
        try (EmbeddedCheckpoint files = EmbeddedCheckpoint.unpack()) {
            return load(files.folder(), compute);
        }
    }

    /** Loads the embedded default. */
    public static LoadedVisionModel embedded(Operations operations, Device device) {
        try (EmbeddedCheckpoint files = EmbeddedCheckpoint.unpack()) {
            return load(files.folder(), operations, device);
        }
    }

    private LoadedVisionModel admitting(int passes) {
        session.admit(passes);
        return this;
    }

    public VisionModel model() {
        return session.model();
    }

    public ImageProcessor processor() {
        return processor;
    }

    /** Names of the classes, by index. */
    List<String> labels() {
        return labels;
    }

    JsonNode config() {
        return config;
    }

    int passes() {
        return session.passes();
    }

    /** Results in the pictures' order; memory for one batch at a time. Calls may be interrupted. */
    public <R> List<R> answer(List<Image> images, Answer<R> answer) {
        return VisionCalls.of(this, answer).answer(images);
    }

    /** One result per picture of a batch [batch, 3, imageHeight, imageWidth]. */
    <R> List<R> compute(NDArray pixels, Answer<R> answer, Patience patience) {
        return session.run(patience, (model, scope, pass) -> answer.of(model, joined(List.of(pixels), scope), pass));
    }

    /** One result per picture of several callers' batches, which are taken when their turn has come, and computed as one. */
    <R> List<R> computeTogether(Supplier<List<NDArray>> batches, Answer<R> answer, Patience patience) {
        return session.runForOthers(patience, (model, scope, pass) -> {
            List<NDArray> taken = batches.get();
            return taken.isEmpty() ? List.of() : answer.of(model, joined(taken, scope), pass);
        });
    }

    /** Batches of pixels as one of float32, on the device of the scope that it belongs to. */
    public static NDArray joined(List<NDArray> batches, NDManager scope) {
        NDList lent = new NDList();
        batches.forEach(pixels -> lent.add(Scope.lend(pixels, scope)));
        return onDevice(lent.size() == 1 ? lent.get(0) : NDArrays.concat(lent, 0), scope);
    }

    private static NDArray onDevice(NDArray pixels, NDManager scope) {
        NDArray there = pixels.toDevice(scope.getDevice(), false);
        NDArray lent = Scope.lend(there, scope); // [batch, 3, imageHeight, imageWidth]
        if (there != pixels) {
            there.close();
        }
        return lent.toType(DataType.FLOAT32, false);
    }

    @Override
    public void close() {
        closing.run();
    }
}
