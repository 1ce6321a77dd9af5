package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Pass;

/**
 * A text model each of whose tokens sees itself and those before it, so that it can tell what comes next: GPT and its kin, and the
 * decoders of models that translate or describe. As a DJL block it maps ids [batch, tokens] to scores of the token that follows
 * each.
 */
public abstract class TextDecoder extends TextModel {
    /**
     * The tokens' vectors behind the last layer; earlier tokens, if there are any, are in the pass's cache. Records {@code
     * last_hidden_state} and the layers' stages.
     *
     * @param input new tokens; its mask hides padding among these and all earlier tokens, its places go on behind the earlier
     *     tokens where none are given
     * @return [batch, tokens, width], float32
     */
    public abstract NDArray states(TextInput input, Pass pass);

    /** Scores before softmax of what follows each token: [..., width] to [..., vocabulary], float32. Records nothing. */
    public abstract NDArray logits(NDArray states, Pass pass);

    /** Most tokens of a sequence, as far as the model's positions reach; {@link Integer#MAX_VALUE} if they have no end. */
    public abstract int maxTokens();

    /** Number of ids that the model knows. */
    public abstract int vocabulary();

    /** The pass in which no token sees padding, or a token behind itself. */
    protected static Pass causal(TextInput input, Pass pass) {
        return pass.withMask(AttentionMask.CAUSAL.and(input.mask()));
    }

    /** Where the input's tokens stand: as it says, or behind those of earlier passes; [batch or 1, tokens], int64. */
    protected static NDArray places(TextInput input, Pass pass) {
        return input.places().orElseGet(() -> {
            int first = Math.toIntExact(pass.earlierTokens());
            int tokens = Math.toIntExact(input.ids().getShape().get(1));
            return input.ids()
                    .getManager()
                    .arange(first, first + tokens, 1, DataType.INT64)
                    .reshape(1, tokens);
        });
    }

    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        return logits(states(TextInput.of(ids), pass), pass);
    }
}
