package io.vitrail.vit;

import ai.djl.nn.Parameter;
import io.vitrail.transformer.TensorBlock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * What a vision model is, without its weights.
 *
 * @param sizes in pixels, tokens and numbers, by name
 * @param parameters of the whole model
 * @param matrices how many of them are in the encoder's matrices, which {@code BF16} holds in half the bytes
 * @param passBytes what one picture's pass needs beside the weights, roughly
 * @param labels names of the classes; none without a classification head
 */
public record VisionArchitecture(
        Map<String, Long> sizes, long parameters, long matrices, long passBytes, List<String> labels) {
    private static final String ENCODER = "encoder";

    /** The sizes that most people ask for, where a model has them. */
    private static final List<String> FIRST =
            List.of("width", "heads", "mlpWidth", "patchHeight", "patchWidth", "channels");

    /** Of a model, which needs no weights yet. */
    public static VisionArchitecture of(VisionModel model) {
        Map<String, Long> own = new TreeMap<>(model.sizes());
        int height = model.imageHeight();
        int width = model.imageWidth();
        own.remove("labels"); // also where there is no head
        long tokens = model.layout(0, height, width).tokens(); // later layers have as many, or fewer
        Map<String, Long> sizes = new LinkedHashMap<>();
        sizes.put("imageHeight", (long) height);
        sizes.put("imageWidth", (long) width);
        sizes.put("tokens", tokens);
        sizes.put("depth", depth(model.parts().get(ENCODER)));
        for (String name : FIRST) {
            sizes.computeIfAbsent(name, own::get);
        }
        own.forEach(sizes::putIfAbsent);
        return new VisionArchitecture(
                sizes,
                count(model, (name, parameter) -> true),
                count(model.parts().get(ENCODER), VisionArchitecture::isMatrix),
                passBytes(sizes, tokens),
                model.labels());
    }

    /** Bytes of the weights in float32. */
    public long bytesInFloat32() {
        return Float.BYTES * parameters;
    }

    /** Bytes of the weights in bfloat16: the encoder's matrices are, all else stays float32. */
    public long bytesInBfloat16() {
        return bytesInFloat32() - Short.BYTES * matrices;
    }

    /** What the model serves, by the names of the command line. */
    public List<String> tasks() {
        List<String> tasks = new ArrayList<>(List.of("embed", "attention"));
        if (!labels.isEmpty()) {
            tasks.add(0, "classify");
        }
        return tasks;
    }

    /** Layers, by their attentions. */
    private static long depth(TensorBlock block) {
        return block.parts().entrySet().stream()
                .mapToLong(part -> part.getKey().equals("attention") ? 1 : depth(part.getValue()))
                .sum();
    }

    /** Whether it is the matrix of a linear layer. */
    private static boolean isMatrix(String name, Parameter parameter) {
        return name.equals("weight") && parameter.getShape().dimension() == 2;
    }

    /** Numbers in some of the parameters. */
    private static long count(TensorBlock block, BiPredicate<String, Parameter> counts) {
        long own = block.parameters().entrySet().stream()
                .filter(parameter -> counts.test(parameter.getKey(), parameter.getValue()))
                .mapToLong(parameter -> parameter.getValue().getShape().size())
                .sum();
        return own
                + block.parts().values().stream()
                        .mapToLong(part -> count(part, counts))
                        .sum();
    }

    /**
     * Pixels, and the same as patches; of one layer the stream, its norm, queries, keys and values, what attention
     * gives and its projection, or the stream, its norm, the MLP's hidden vectors and what it gives. Layers are freed
     * one after the other.
     */
    private static long passBytes(Map<String, Long> sizes, long tokens) {
        long pixels = sizes.get("channels") * sizes.get("imageHeight") * sizes.get("imageWidth");
        long width = sizes.getOrDefault("width", sizes.getOrDefault("width0", 0L));
        long mlpWidth = sizes.getOrDefault("mlpWidth", sizes.getOrDefault("mlpWidth0", 0L));
        return Float.BYTES * (2 * pixels + tokens * Math.max(7 * width, 3 * width + mlpWidth));
    }
}
