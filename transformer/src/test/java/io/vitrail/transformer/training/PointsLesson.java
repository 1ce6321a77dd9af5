package io.vitrail.transformer.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.translate.Batchifier;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.TensorBlock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;

/** A two-layer net learns which of three coordinates of a point is the largest. */
class PointsLesson implements Lesson {
    static final int POINTS = 44;
    private static final int CLASSES = 3;

    final NDManager memory = DjlEngine.newManager(Device.cpu());
    final Net net = new Net();
    final float[][] points = new float[POINTS][];
    final int batch;
    Optional<NDManager> trainers = Optional.empty();
    int saved;
    double scale = 1;

    /** encoder.layer.0, encoder.layer.1 and classifier. */
    static final class Net extends TensorBlock {
        private final Linear first = part("first", new Linear(CLASSES, 7));
        private final Linear second = part("second", new Linear(7, 6));
        private final Linear head = part("head", new Linear(6, CLASSES));
        private float dropout;

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            x = second.forward(first.forward(x, pass).tanh(), pass).tanh();
            x = Dropout.dropout(x, dropout, pass.training()).singletonOrThrow();
            return head.forward(x, pass);
        }
    }

    PointsLesson(int batch) {
        this.batch = batch;
        Random random = new Random(4);
        Arrays.setAll(points, i -> new float[] {random.nextFloat(), random.nextFloat(), random.nextFloat()});
        DjlEngine.get().setRandomSeed(9);
        net.initialize(memory, DataType.FLOAT32, new Shape(1, CLASSES));
        net.getParameters().values().forEach(weight -> weight.getArray().muli(20));
    }

    PointsLesson withDropout(float part) {
        net.dropout = part;
        return this;
    }

    private static int label(float[] point) {
        return IntStream.range(0, CLASSES).reduce(0, (best, i) -> point[i] > point[best] ? i : best);
    }

    @Override
    public TensorBlock block() {
        return net;
    }

    @Override
    public Map<String, Parameter> weights() {
        Map<String, Parameter> weights = new LinkedHashMap<>();
        Map<String, String> names =
                Map.of("first", "encoder.layer.0", "second", "encoder.layer.1", "head", "classifier");
        net.parts().forEach((part, block) -> block.parameters()
                .forEach((name, parameter) -> weights.put(names.get(part) + "." + name, parameter)));
        return weights;
    }

    float[] weight(String name) {
        return weights().get(name).getArray().toFloatArray();
    }

    @Override
    public Loss loss() {
        return new CrossEntropy(0);
    }

    @Override
    public int batches(int epoch) {
        return (POINTS + batch - 1) / batch;
    }

    @Override
    public Iterable<Batch> epoch(int epoch, int first, NDManager manager) {
        trainers = Optional.of(manager.getParentManager());
        List<Integer> order = order(epoch);
        Iterator<Integer> numbers = IntStream.range(first, batches(epoch)).iterator();
        return () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return numbers.hasNext();
            }

            @Override
            public Batch next() {
                int number = numbers.next();
                List<Integer> some = order.subList(number * batch, Math.min(POINTS, (number + 1) * batch));
                return batch(some, number, manager.newSubManager());
            }
        };
    }

    private static List<Integer> order(int epoch) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, POINTS).boxed().toList());
        Collections.shuffle(order, new Random(epoch));
        return order;
    }

    private Batch batch(List<Integer> some, int number, NDManager scope) {
        float[] x = new float[some.size() * CLASSES];
        long[] y = new long[some.size()];
        for (int i = 0; i < some.size(); i++) {
            for (int j = 0; j < CLASSES; j++) {
                x[i * CLASSES + j] = (float) (scale * points[some.get(i)][j]);
            }
            y[i] = label(points[some.get(i)]);
        }
        NDList data = new NDList(scope.create(x, new Shape(some.size(), CLASSES)));
        return new Batch(
                scope,
                data,
                new NDList(scope.create(y)),
                some.size(),
                Batchifier.STACK,
                Batchifier.STACK,
                number,
                batches(0));
    }

    @Override
    public OptionalDouble accuracy(NDList labels, NDList outputs) {
        NDArray right = outputs.singletonOrThrow().argMax(1).eq(labels.singletonOrThrow());
        return OptionalDouble.of(right.toType(DataType.FLOAT32, false).mean().getFloat());
    }

    @Override
    public Optional<Evaluation> evaluate() {
        try (NDManager scope = memory.newSubManager()) {
            Batch all = batch(IntStream.range(0, POINTS).boxed().toList(), 0, scope);
            NDArray logits = net.forward(all.getData().get(0), Pass.inference(ReadableOperations.INSTANCE));
            double accuracy = accuracy(all.getLabels(), new NDList(logits)).orElseThrow();
            return Optional.of(new Evaluation(Map.of("accuracy", accuracy)));
        }
    }

    @Override
    public void save(Path folder, TuningReport report) {
        saved++;
    }

    @Override
    public String fingerprint() {
        return "points";
    }

    @Override
    public void close() {
        memory.close();
    }
}
