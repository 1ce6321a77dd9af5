package io.vitrail.transformer.weights;

/**
 * Where a weight of a checkpoint belongs in a model.
 *
 * @param name in the checkpoint
 * @param holder the block with the parameter
 * @param parameter the block's name for it, such as {@code weight}
 * @param part which of several equal parts of the stored weight, one below the other, belongs there; 0 if it is whole
 * @param parts how many there are; 1 if it is whole
 * @param transposed whether it is stored with its two axes swapped
 */
public record WeightPlace(
        String name, WeightHolder holder, String parameter, int part, int parts, boolean transposed) {}
