package io.vitrail.fusion.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.TextEncoder;
import io.vitrail.text.TextInput;
import io.vitrail.text.TextTask;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A classifier of texts that DJL's trainer drives, with the reference's arguments as its inputs: each [batch, tokens],
 * or [batch, choices, tokens] for a multiple choice, to logits [batch, classes].
 */
final class TextArguments extends TensorBlock {
    static final List<String> KNOWN = List.of("input_ids", "attention_mask", "token_type_ids", "position_ids");
    static final Set<String> KNOWN_WITH_LABELS =
            Set.of("input_ids", "attention_mask", "token_type_ids", "position_ids", "labels");
    static final Set<TextTask> CLASSIFYING =
            EnumSet.of(TextTask.SEQUENCE_CLASSIFICATION, TextTask.NEXT_SENTENCE, TextTask.MULTIPLE_CHOICE);

    private final TextEncoder model;
    private final List<String> arguments;

    /** @param arguments some of the known, in their order; ids first */
    TextArguments(TextEncoder model, List<String> arguments) {
        this.model = part("model", model);
        this.arguments = List.copyOf(arguments);
    }

    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        return model.forward(ids, pass);
    }

    @Override
    protected NDList forward(NDList inputs, Pass pass) {
        Shape given = inputs.get(0).getShape();
        TextInput input = TextInput.of(rows(inputs.get(0)));
        if (model.task() == TextTask.MULTIPLE_CHOICE) {
            input = input.withChoices(Math.toIntExact(given.get(1)));
        }
        for (int i = 1; i < inputs.size(); i++) {
            NDArray array = rows(inputs.get(i));
            input = switch (arguments.get(i)) {
                case "attention_mask" -> input.withMask(array);
                case "token_type_ids" -> input.withSegments(array);
                default -> input.withPlaces(array);
            };
        }
        return new NDList(model.logits(model.features(input, pass), pass));
    }

    /** [batch, tokens]; the choices of all questions one below the other. */
    private static NDArray rows(NDArray array) {
        Shape shape = array.getShape();
        return shape.dimension() > 2 ? array.reshape(-1, shape.get(shape.dimension() - 1)) : array;
    }
}
