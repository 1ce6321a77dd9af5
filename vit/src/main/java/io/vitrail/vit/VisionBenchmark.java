package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.CountingOperations;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Times a vision model's forward pass, and a large linear layer by itself as the ceiling of what the machine's arithmetic
 * could do. Not thread-safe: what else runs would be timed with it.
 */
public final class VisionBenchmark implements AutoCloseable {
    private static final int WARM_UP = 5;
    private static final int ROWS = 1024;
    private static final int WIDTH = 1024;

    private final Session<VisionModel> session;
    private final Operations operations;

    /**
     * Times of one pass over a batch.
     *
     * @param floatingOperations of the pass's products, by the model's parameters and tokens; 2 per multiply-add
     */
    public record Timing(double medianMillis, double leastMillis, double mostMillis, double floatingOperations) {}

    private VisionBenchmark(Session<VisionModel> session, Operations operations) {
        this.session = session;
        this.operations = operations;
    }

    /** A checkpoint's model. */
    public static VisionBenchmark load(Path folder, Compute compute) {
        Operations operations = compute.operations();
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return new VisionBenchmark(LoadedVisionModel.session(checkpoint, operations, compute.device()), operations);
        }
    }

    /** ViT-B/16 at 224 pixels (Dosovitskiy et al. 2020, table 1) with random weights: arithmetic takes its time all the same. */
    public static VisionBenchmark vitBase(Compute compute) {
        Operations operations = compute.operations();
        ConfigJson config = new ConfigJson(JsonNodeFactory.instance.objectNode());
        VisionModel model = Vit.of(config, VisionTask.CLASSIFICATION);
        Session<VisionModel> session = new Session<>(
                model,
                operations,
                compute.device(),
                manager -> model.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 224, 224)));
        return new VisionBenchmark(session, operations);
    }

    /** Times passes over batches of so many pictures of noise, after a warm-up. */
    public Timing time(int batch, int runs) {
        double[] millis = new double[runs];
        for (int i = -WARM_UP; i < runs; i++) {
            double taken = millis(batch);
            if (i >= 0) {
                millis[i] = taken;
            }
        }
        Arrays.sort(millis);
        return new Timing(millis[runs / 2], millis[0], millis[runs - 1], floatingOperations(batch));
    }

    /** The time of one pass over a batch of so many pictures, in milliseconds. */
    public double millis(int batch) {
        long start = System.nanoTime();
        session.run((model, scope, pass) -> {
            NDArray pixels = scope.ones(new Shape(batch, 3, model.imageHeight(), model.imageWidth()));
            return model.forward(pixels, pass).toFloatArray();
        });
        return (System.nanoTime() - start) / 1e6;
    }

    /** Floating-point operations per second of one linear layer of 1024 × 1024 on 1024 rows, at its best of some runs. */
    public double ceiling() {
        return session.run((model, scope, pass) -> {
            Operations inside = operations.within();
            NDArray x = inside.enter(scope.randomNormal(new Shape(ROWS, WIDTH)));
            Affine affine = inside.prepare(new Affine(
                    scope.randomNormal(new Shape(WIDTH, WIDTH)),
                    Optional.of(scope.zeros(new Shape(WIDTH))),
                    WIDTH,
                    WIDTH));
            double best = 0;
            for (int i = 0; i < 40; i++) {
                try (NDManager each = scope.newSubManager()) {
                    x.attach(each);
                    long start = System.nanoTime();
                    NDArray y = inside.leave(inside.linear(x, affine, Activation.LINEAR));
                    y.get(0, 0).toFloatArray();
                    best = Math.max(best, 2.0 * ROWS * WIDTH * WIDTH / ((System.nanoTime() - start) / 1e9));
                    x.attach(scope);
                }
            }
            return best;
        });
    }

    /** Products only; of a linear layer 2 · rows · weights. Exact for the ViT family, an estimate for others. */
    private double floatingOperations(int batch) {
        return session.run((model, scope, pass) -> {
            CountingOperations counting = new CountingOperations(pass.operations());
            NDArray pixels = scope.ones(new Shape(batch, 3, model.imageHeight(), model.imageWidth()));
            model.forward(pixels, pass.withOperations(counting));
            return counting.floatingOperations();
        });
    }

    @Override
    public void close() {
        session.close();
    }
}
