package io.vitrail.transformer.training;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.TensorBlock;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What {@link FineTuner} has a model learn: the block, its examples, the loss, and what becomes of it. Owns the model's
 * weights until it is closed. For one thread.
 */
public interface Lesson extends AutoCloseable {
    /**
     * What DJL's trainer drives, from a batch's data to what the loss reads. Parameters without values get initial
     * ones.
     */
    TensorBlock block();

    /**
     * The weights that may learn, by the names that the checkpoint gives them; those of one weight that several
     * parameters share end in {@code [0]}, {@code [1]}. The block's other parameters stay as they are. A task with an
     * adapter gives the adapter's.
     */
    Map<String, Parameter> weights();

    /** From a batch's labels and the block's outputs to the mean loss of its examples. */
    Loss loss();

    /** The number of batches in an epoch, counted from 0; the last may be smaller. */
    int batches(int epoch);

    /** How long a step of an epoch takes, beside those of other epochs. */
    default double effort(int epoch) {
        return 1;
    }

    /**
     * An epoch's batches in the order that the seed and the epoch decide, prepared beside the model.
     *
     * @param epoch counted from 0
     * @param first where to begin, when a training is resumed
     * @param manager parent of each batch's own manager, which closing the batch closes
     */
    Iterable<Batch> epoch(int epoch, int first, NDManager manager);

    /**
     * How many examples of a batch, or words of them, the mean loss is of; steps weigh the batches that they add up by
     * it.
     */
    default double weight(Batch batch) {
        return batch.getSize();
    }

    /** The fraction of a batch that the outputs are right about, if that makes sense. */
    default OptionalDouble accuracy(NDList labels, NDList outputs) {
        return OptionalDouble.empty();
    }

    /**
     * Measures the block with the weights that it has. Called without gradients.
     *
     * @return empty if there is nothing to measure by
     */
    Optional<Evaluation> evaluate();

    /**
     * Writes the model, with the weights that it has, as a whole checkpoint that transformers can read. Files that are
     * there are replaced when the new ones are complete.
     *
     * @param folder exists
     * @param report of the training so far, for the card
     */
    void save(Path folder, TuningReport report);

    /** The model and the data in words: what must be the same when a training is resumed. */
    String fingerprint();

    /** Frees the weights and ends the threads. */
    @Override
    void close();
}
