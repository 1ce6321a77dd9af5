package io.vitrail.benchmarks;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.ParameterList;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.RecomputedLayers;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.lora.TrainedWeights;
import io.vitrail.transformer.training.AdamW;
import io.vitrail.transformer.training.OptimizerSteps;
import io.vitrail.transformer.training.Schedule;
import io.vitrail.transformer.training.WeightAverage;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@link TurnTaking} for steps of training: forward, backward and AdamW on a batch of random pictures. Each line on standard
 * input asks for one: {@code step} is answered by milliseconds, {@code memory} by the most megabytes the process had in memory.
 * {@code training_side_by_side.py} is the other program.
 */
public final class TrainingTurns {
    private TrainingTurns() {}

    /** Arguments: a checkpoint's folder, what learns (all or lora, each with -recomputed behind), a batch's size, a precision. */
    public static void main(String[] arguments) throws IOException {
        BufferedReader turns = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        int batch = Integer.parseInt(arguments[2]);
        DjlEngine.get();
        try (Checkpoint checkpoint = Checkpoint.open(Path.of(arguments[0]));
                Model model = Model.newInstance("steps", Device.cpu(), "PyTorch")) {
            VisionModel vit = VisionModels.create(new ConfigJson(checkpoint.config()), VisionTask.CLASSIFICATION);
            vit.weightTable().load(checkpoint, vit.basePrefix(), vit, vit.sizes(), model.getNDManager());
            TensorBlock block = learning(arguments[1], vit).block();
            Operations operations = Kernels.forTraining(Device.cpu(), Precision.valueOf(arguments[3]));
            Optional<RecomputedLayers> recomputed = arguments[1].endsWith("recomputed")
                    ? Optional.of(new RecomputedLayers(operations))
                    : Optional.empty();
            block.trainWith(recomputed.<Operations>map(layers -> layers).orElse(operations));
            model.setBlock(block);
            Schedule rate = new Schedule.Constant(1e-4, 0);
            AdamW.Settings settings = AdamW.Settings.withDecay(0.05f);
            try (AdamW optimizer = new AdamW(model.getNDManager(), rate, settings);
                    Trainer trainer = model.newTrainer(
                            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()).optOptimizer(optimizer));
                    WeightAverage none = new WeightAverage(model.getNDManager(), new ParameterList(), 0)) {
                Shape shape = new Shape(batch, 3, vit.imageHeight(), vit.imageWidth());
                trainer.initialize(shape);
                OptimizerSteps steps =
                        new OptimizerSteps(new OptimizerSteps.Parts(trainer, optimizer, none, rate), 1, recomputed);
                System.out.println("ready");
                for (String line = turns.readLine(); line != null; line = turns.readLine()) {
                    System.out.println(line.equals("memory") ? peak() : millis(steps, trainer, shape));
                }
            }
        }
    }

    private static TrainedWeights learning(String what, VisionModel vit) {
        return switch (what.replace("-recomputed", "")) {
            case "all" -> TrainedWeights.all(vit, vit.places());
            case "lora" ->
                TrainedWeights.ofLowRank(
                        LoraConfig.ofRank(8, "query", "value").saving("classifier"), vit, vit.places());
            default -> throw new IllegalArgumentException("Nothing known learns by " + what + ".");
        };
    }

    private static double millis(OptimizerSteps steps, Trainer trainer, Shape shape) {
        try (NDManager scope = trainer.getManager().newSubManager()) {
            NDList pictures = new NDList(scope.randomNormal(shape));
            NDList labels = new NDList(scope.arange((int) shape.get(0)).mod(10).toType(DataType.INT64, false));
            long start = System.nanoTime();
            steps.take(pictures, labels, 1);
            return (System.nanoTime() - start) / 1e6;
        }
    }

    private static double peak() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }
}
