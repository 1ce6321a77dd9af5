package io.vitrail.text.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.text.TextToTextModel;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.ResidualDropout;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.training.AdamW;
import io.vitrail.transformer.training.KlDivergence;
import io.vitrail.transformer.training.OptimizerSteps;
import io.vitrail.transformer.training.Reduction;
import io.vitrail.transformer.training.Seeds;
import io.vitrail.transformer.training.WeightAverage;
import io.vitrail.transformer.weights.ConfigJson;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Trains the original Transformer (Vaswani et al. 2017) from nothing, with DJL's Trainer, to write one text when it
 * reads another, character by character. By the paper's recipe (section 5): Adam, a learning rate that rises and then
 * falls with the root of the steps, dropout of what each sub-layer adds and of embedded tokens, label smoothing. What
 * the decoder has written so far is the known answer, one place later. The same seed gives the same model. One training
 * at a time in a JVM.
 */
public final class TransformerTraining {
    private static final float GLOROT = 3; // uniform, with variance 2 / (inputs + outputs)
    private static final double NO_CLIPPING = Double.MAX_VALUE;
    private static final long DROPOUT = -1;

    private final CharacterTokenizer vocabulary;
    private final TransformerRecipe recipe;

    /**
     * A step that was taken.
     *
     * @param number from 1
     * @param loss mean over the tokens that were to be written, smoothing included
     * @param rate learning rate
     */
    public record Step(int number, double loss, double rate) {}

    /** @param characters all that texts may hold */
    public TransformerTraining(String characters, TransformerRecipe recipe) {
        vocabulary = new CharacterTokenizer(characters);
        this.recipe = recipe;
    }

    /**
     * Trains to the end. The folder then is a checkpoint in the Hugging Face layout, for {@link
     * io.vitrail.text.TextToText#load}.
     *
     * @param pairs to learn from
     * @param listener hears of each step
     * @throws io.vitrail.transformer.weights.CheckpointException if the folder can't be written
     * @throws IllegalArgumentException if a text is too long or has a character that isn't among the model's
     */
    public void run(TextPairs pairs, Path folder, Consumer<Step> listener) {
        DjlEngine.get();
        SavedTransformer saved = new SavedTransformer(folder, vocabulary, recipe);
        saved.saveTexts();
        TextToTextModel network = network();
        try (Tokenizer tokenizer = Tokenizer.load(folder);
                Model model = Model.newInstance("transformer", Device.cpu(), DjlEngine.name())) {
            model.setBlock(network);
            train(model, new PairBatches(pairs, tokenizer, recipe), listener);
            saved.saveWeights(network);
        }
    }

    /** Without weights yet. They will begin as Glorot and Bengio 2010 have it, and embedded tokens with variance 1. */
    private TextToTextModel network() {
        ConfigJson config = new ConfigJson(recipe.configJson(vocabulary.size()));
        TextToTextModel network = TextModels.create(config, TextTask.TEXT_TO_TEXT, TextToTextModel.class);
        XavierInitializer glorot =
                new XavierInitializer(XavierInitializer.RandomType.UNIFORM, XavierInitializer.FactorType.AVG, GLOROT);
        float deviation = (float) (1 / Math.sqrt(recipe.layers().width()));
        network.setInitializer(glorot, Parameter.Type.WEIGHT);
        network.parts().get("words").setInitializer(new NormalInitializer(deviation), Parameter.Type.WEIGHT);
        network.trainWith(new ResidualDropout(Kernels.forTraining(Device.cpu(), Precision.FP32), recipe.dropout()));
        return network;
    }

    private void train(Model model, PairBatches batches, Consumer<Step> listener) {
        NDManager manager = model.getNDManager();
        manager.getEngine().setRandomSeed((int) recipe.seed());
        try (AdamW optimizer = new AdamW(manager, recipe.schedule(), recipe.adam());
                Trainer trainer = model.newTrainer(config(optimizer))) {
            trainer.initialize(new Shape(1, 1), new Shape(1, 1), new Shape(1, 1));
            try (WeightAverage average =
                    new WeightAverage(manager, model.getBlock().getParameters(), recipe.averageDecay())) {
                OptimizerSteps steps = new OptimizerSteps(
                        new OptimizerSteps.Parts(trainer, optimizer, average, recipe.schedule()), NO_CLIPPING);
                for (int step = 0; step < recipe.steps(); step++) {
                    double loss = take(steps, step, batches, manager);
                    listener.accept(new Step(step + 1, loss, recipe.schedule().rate(step)));
                }
                average.copyToModel();
            }
        }
    }

    private DefaultTrainingConfig config(AdamW optimizer) {
        Loss loss = new KlDivergence(recipe.smoothing(), CharacterTokenizer.PADDING, Reduction.MEAN);
        return new DefaultTrainingConfig(loss).optOptimizer(optimizer).optDevices(new Device[] {Device.cpu()});
    }

    /** The loss of a step, which changes the weights; its arrays are freed. */
    private double take(OptimizerSteps steps, int step, PairBatches batches, NDManager manager) {
        int dropout = (int) Seeds.random(recipe.seed(), DROPOUT, step).nextLong();
        try (NDManager scope = manager.newSubManager()) {
            PairBatches.Learned learned = batches.arrays(step, scope);
            return steps.take(learned.data(), learned.labels(), dropout).loss();
        }
    }
}
