package io.vitrail.text.attention;

import io.vitrail.text.attention.AttentionStack.Kind;
import io.vitrail.transformer.Check;
import java.util.List;
import java.util.Optional;

/**
 * What the tokens of a text took from one another, in all layers and heads of a model.
 *
 * @param text that was read, or continued
 * @param target that was written, of a model that reads one text and writes another
 * @param stacks one for a model of one stack; of the others reading, writing and cross
 */
public record SentenceAttention(String text, Optional<String> target, List<AttentionStack> stacks) {
    public SentenceAttention {
        Check.that(!stacks.isEmpty(), "There must be an attention.");
        stacks = List.copyOf(stacks);
    }

    /** The attention of one kind, if the model has it. */
    public Optional<AttentionStack> stack(Kind kind) {
        return stacks.stream().filter(stack -> stack.kind() == kind).findFirst();
    }

    /** The model's own: cross-attention where a text was written, or else the only one. */
    public AttentionStack last() {
        return stacks.get(stacks.size() - 1);
    }
}
