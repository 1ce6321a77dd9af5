package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.vitrail.transformer.Initializers;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;

/**
 * Learned tokens without a place in the picture, between the class token and the patches: there the model keeps what it
 * would otherwise write over dull patches (Darcet et al. 2023, "Vision Transformers Need Registers").
 * [batch, 1 + patches, width] to [batch, 1 + registers + patches, width].
 */
final class RegisterTokens extends TensorBlock {
    private final Parameter tokens;

    RegisterTokens(int count, int width) {
        tokens = parameter("tokens", Parameter.Type.OTHER, Initializers.NORMAL, 1, count, width);
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        NDArray registers = ImageEmbedding.repeated(x, value(tokens, x, pass)); // [batch, registers, width]
        return NDArrays.concat(new NDList(x.get(":, :1"), registers, x.get(":, 1:")), 1);
    }
}
