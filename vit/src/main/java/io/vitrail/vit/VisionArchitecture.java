package io.vitrail.vit;

import io.vitrail.transformer.ModelSize;
import io.vitrail.transformer.TensorBlock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a vision model is, without its weights.
 *
 * @param sizes in pixels, tokens and numbers, by name
 * @param size of the whole model
 * @param passBytes what one picture's pass needs beside the weights, roughly
 * @param labels names of the classes; none without a classification head
 */
public record VisionArchitecture(Map<String, Long> sizes, ModelSize size, long passBytes, List<String> labels) {
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
        sizes.put("depth", depth(model.parts().get("encoder")));
        for (String name : FIRST) {
            sizes.computeIfAbsent(name, own::get);
        }
        own.forEach(sizes::putIfAbsent);
        return new VisionArchitecture(sizes, ModelSize.of(model), passBytes(sizes, tokens), model.labels());
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

    /** Pixels, the same as patches, and tokens. */
    private static long passBytes(Map<String, Long> sizes, long tokens) {
        long pixels = sizes.get("channels") * sizes.get("imageHeight") * sizes.get("imageWidth");
        long width = sizes.getOrDefault("width", sizes.getOrDefault("width0", 0L));
        long mlpWidth = sizes.getOrDefault("mlpWidth", sizes.getOrDefault("mlpWidth0", 0L));
        return Float.BYTES * 2 * pixels + tokens * ModelSize.tokenBytes(width, mlpWidth);
    }
}
