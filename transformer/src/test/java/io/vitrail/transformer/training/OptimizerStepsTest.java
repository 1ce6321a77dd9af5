package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OptimizerStepsTest {
    private static final Schedule RATE = new Schedule.Cosine(0.05, 2, 40);

    private final Model model = Model.newInstance("linear", Device.cpu());
    private final AdamW optimizer = new AdamW(model.getNDManager(), RATE, AdamW.Settings.withDecay(0.1f));
    private final Trainer trainer;
    private final WeightAverage average;
    private final OptimizerSteps steps;

    OptimizerStepsTest() {
        model.setBlock(Linear.builder().setUnits(3).build());
        trainer = model.newTrainer(new DefaultTrainingConfig(new CrossEntropy(0)).optOptimizer(optimizer));
        trainer.initialize(new Shape(1, 2));
        average = new WeightAverage(model.getNDManager(), model.getBlock().getParameters(), 0.9);
        steps = new OptimizerSteps(new OptimizerSteps.Parts(trainer, optimizer, average, RATE), 1);
    }

    @AfterEach
    void free() {
        average.close();
        trainer.close();
        optimizer.close();
        model.close();
    }

    @Test
    void stepsThatOverflowArePassedOverUntilThereAreMany() {
        float[] before = weights();
        for (int i = 0; i < 10; i++) {
            assertThat(take(Float.NaN).loss()).isNaN();
        }
        assertThat(weights()).isEqualTo(before);
        assertThatThrownBy(() -> take(Float.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(String.format("Training diverged: loss NaN, gradient norm NaN.%n"
                        + "  try:  a lower learning rate than 0.05, or a longer warm-up than 2 steps."));
    }

    @Test
    void aStepThatDoesNotOverflowBeginsToCountAnew() {
        for (int i = 0; i < 15; i++) {
            assertThat(take(i % 8 == 7 ? 1 : Float.NaN).outputs()).hasSize(1);
        }
    }

    @Test
    void stepsLeaveNoArraysBehind() {
        take(1);
        int before = model.getNDManager().getManagedArrays().size();
        for (int i = 0; i < 20; i++) {
            take(i % 5 == 4 ? Float.NaN : 1);
        }
        assertThat(model.getNDManager().getManagedArrays()).hasSize(before);
    }

    private OptimizerSteps.Step take(float input) {
        try (NDManager scope = trainer.getManager().newSubManager()) {
            NDList data = new NDList(scope.create(new float[] {input, 0.5f, -2, 3}, new Shape(2, 2)));
            return steps.take(data, new NDList(scope.create(new long[] {0, 2})), 1);
        }
    }

    private float[] weights() {
        return model.getBlock().getParameters().valueAt(0).getArray().toFloatArray();
    }
}
