package io.vitrail.transformer;

import ai.djl.nn.Parameter;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * How large a model is. Its blocks tell, without their weights.
 *
 * @param depth layers of all its stacks
 * @param parameters of the whole model; what is shared counts once
 * @param matrices how many of them are in matrices within layers, which {@code BF16} holds in half the bytes
 */
public record ModelSize(long depth, long parameters, long matrices) {
    /** Of a model, or a part of one. */
    public static ModelSize of(TensorBlock model) {
        List<Encoder> stacks = stacks(model).toList();
        return new ModelSize(
                stacks.stream().mapToLong(stack -> stack.parts().size()).sum(),
                numbers(parameters(model), parameter -> true),
                numbers(stacks.stream().flatMap(ModelSize::parameters), ModelSize::isMatrix));
    }

    /** Bytes of the weights in float32. */
    public long bytesInFloat32() {
        return Float.BYTES * parameters;
    }

    /** Bytes of the weights in bfloat16: matrices within layers are, all else stays float32. */
    public long bytesInBfloat16() {
        return bytesInFloat32() - Short.BYTES * matrices;
    }

    /**
     * Bytes of a token in a pass in float32, roughly. Of one layer the stream, its norm, queries, keys and values, what
     * attention gives and its projection, or the stream, its norm, the MLP's hidden vector and what it gives. Layers are
     * freed one after the other.
     */
    public static long tokenBytes(long width, long mlpWidth) {
        return Float.BYTES * Math.max(7 * width, 3 * width + mlpWidth);
    }

    private static Stream<Encoder> stacks(TensorBlock block) {
        return block instanceof Encoder stack
                ? Stream.of(stack)
                : block.parts().values().stream().flatMap(ModelSize::stacks);
    }

    private static Stream<Map.Entry<String, Parameter>> parameters(TensorBlock block) {
        return Stream.concat(
                block.parameters().entrySet().stream(),
                block.parts().values().stream().flatMap(ModelSize::parameters));
    }

    /** Whether it is the matrix of a linear layer. */
    private static boolean isMatrix(Map.Entry<String, Parameter> parameter) {
        return parameter.getKey().equals("weight")
                && parameter.getValue().getShape().dimension() == 2;
    }

    private static long numbers(
            Stream<Map.Entry<String, Parameter>> parameters, Predicate<Map.Entry<String, Parameter>> counts) {
        return parameters
                .filter(counts)
                .map(Map.Entry::getValue)
                .distinct() // parameters are equal if they are the same
                .mapToLong(parameter -> parameter.getShape().size())
                .sum();
    }
}
