package io.vitrail.fusion.verify;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.training.AdamW;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.OptimizerSteps;
import io.vitrail.transformer.training.Schedule;
import io.vitrail.transformer.training.WeightAverage;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A few steps of a classifier with AdamW; step i learns from batch i modulo their number. */
final class TrainReplay {
    private static final String LABELS = "labels";
    private static final int MOST_STEPS = 10_000;
    private static final Set<String> OPTIONS = Set.of(
            "steps",
            "lr",
            "betas",
            "eps",
            "weight_decay",
            "no_decay_for_1d",
            "schedule",
            "warmup_steps",
            "total_steps",
            "label_smoothing",
            "max_grad_norm");

    private final GoldenCall call;
    private final Map<String, GoldenTensor> inputs;
    private final ConfigJson options;
    private final Schedule schedule;

    TrainReplay(GoldenCall call, Map<String, GoldenTensor> inputs) {
        this.call = call;
        this.inputs = inputs;
        call.onlyOptions(OPTIONS);
        Set<String> missing = new TreeSet<>(OPTIONS);
        call.options().fieldNames().forEachRemaining(missing::remove);
        Check.that(missing.isEmpty(), "Options %s of the training are missing.", missing);
        Check.that(inputs.containsKey(LABELS), "The call has no labels.");
        options = new ConfigJson(call.options());
        schedule = Schedule.named(
                options.text("schedule", ""),
                options.number("lr", 0),
                options.integer("warmup_steps", 0),
                options.integer("total_steps", 0));
    }

    Replayed of(Operations operations) {
        try (Checkpoint checkpoint = Checkpoint.open(call.checkpoint());
                Model model = Model.newInstance(call.name(), Device.cpu(), DjlEngine.name())) {
            TrainedClassifier classifier = TrainedClassifier.of(call, checkpoint);
            classifier.load(checkpoint, model.getNDManager());
            classifier.block().trainWith(operations);
            model.setBlock(classifier.block());
            Map<String, GoldenTensor> outputs = new LinkedHashMap<>(trained(model, classifier, checkpoint));
            outputs.put("final_logits", finalLogits(model.getNDManager(), classifier));
            classifier
                    .weights(call.json().path("weights"), checkpoint)
                    .forEach((name, weight) -> outputs.put("weight." + name, weight));
            return Replayed.of(outputs);
        }
    }

    private Map<String, GoldenTensor> trained(Model model, TrainedClassifier classifier, Checkpoint checkpoint) {
        NDManager manager = model.getNDManager();
        CrossEntropy loss = new CrossEntropy((float) options.number("label_smoothing", 0));
        try (AdamW optimizer = new AdamW(manager, schedule, settings(classifier, checkpoint));
                Trainer trainer = model.newTrainer(config(loss, optimizer));
                WeightAverage average =
                        new WeightAverage(manager, classifier.block().getParameters(), 0)) {
            OptimizerSteps steps = new OptimizerSteps(
                    new OptimizerSteps.Parts(trainer, optimizer, average, schedule),
                    options.number("max_grad_norm", 1));
            return recorded(steps, classifier, manager);
        }
    }

    private Map<String, GoldenTensor> recorded(OptimizerSteps steps, TrainedClassifier classifier, NDManager manager) {
        int count = options.integer("steps", 0);
        Check.that(count > 0 && count <= MOST_STEPS, "A training has 1 to %d steps, not %d.", MOST_STEPS, count);
        float[] losses = new float[count];
        float[] rates = new float[count];
        float[] norms = new float[count];
        for (int step = 0; step < count; step++) {
            try (NDManager scope = manager.newSubManager()) {
                NDList labels = new NDList(batch(LABELS, step, scope));
                OptimizerSteps.Step taken = steps.take(data(classifier, step, scope), labels, step);
                losses[step] = (float) taken.loss();
                norms[step] = (float) taken.gradientNorm();
                rates[step] = (float) schedule.rate(step);
            }
        }
        long[] shape = {count};
        return Map.of(
                "losses", GoldenTensor.of(shape, losses),
                "learning_rates", GoldenTensor.of(shape, rates),
                "gradient_norms", GoldenTensor.of(shape, norms));
    }

    private AdamW.Settings settings(TrainedClassifier classifier, Checkpoint checkpoint) {
        List<Double> betas = options.numbers("betas");
        Check.that(betas.size() == 2, "betas must be two numbers, not %s.", betas);
        Set<String> plain = classifier.rows(checkpoint);
        boolean sparing = options.flag("no_decay_for_1d", true);
        return new AdamW.Settings(
                betas.get(0).floatValue(),
                betas.get(1).floatValue(),
                (float) options.number("eps", 0),
                (float) options.number("weight_decay", 0),
                (id, shape) -> !(sparing && plain.contains(id)));
    }

    private static DefaultTrainingConfig config(CrossEntropy loss, AdamW optimizer) {
        return new DefaultTrainingConfig(loss).optOptimizer(optimizer).optDevices(new Device[] {Device.cpu()});
    }

    /** Of the first batch, as the model answers when it doesn't train. */
    private GoldenTensor finalLogits(NDManager manager, TrainedClassifier classifier) {
        try (NDManager scope = manager.newSubManager()) {
            NDList data = data(classifier, 0, scope);
            ParameterStore store = new ParameterStore(scope, false);
            return GoldenTensor.of(
                    classifier.block().forward(store, data, false).singletonOrThrow());
        }
    }

    private NDList data(TrainedClassifier classifier, int step, NDManager scope) {
        NDList data = new NDList();
        classifier.arguments().forEach(name -> data.add(batch(name, step, scope)));
        return data;
    }

    private NDArray batch(String argument, int step, NDManager scope) {
        NDArray batches = inputs.get(argument).toArray(scope);
        Shape shape = batches.getShape();
        Check.that(
                shape.dimension() > 1 && shape.size() > 0,
                "'%s' must be [batches, batch, ...], not %s.",
                argument,
                shape);
        return batches.get(step % shape.get(0));
    }
}
