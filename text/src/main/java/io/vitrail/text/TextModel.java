package io.vitrail.text;

import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;

/** A model that reads text, and where its weights come from. */
public abstract class TextModel extends TensorBlock {
    /** Where each weight of a checkpoint belongs. */
    public abstract WeightTable weightTable();

    /** What the base model's weights begin with in a checkpoint with a head, such as "bert"; the table's {@code {base}}. */
    public abstract String basePrefix();

    /** The numbers behind the names in the weight table's shapes. */
    public abstract Map<String, Long> sizes();
}
