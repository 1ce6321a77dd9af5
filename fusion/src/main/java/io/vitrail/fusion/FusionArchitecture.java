package io.vitrail.fusion;

import io.vitrail.text.TextArchitecture;
import io.vitrail.text.TextModel;
import io.vitrail.text.TextTask;
import io.vitrail.transformer.ModelSize;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.weights.CheckpointModel;
import io.vitrail.vit.VisionArchitecture;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a model of pictures and texts is, without its weights.
 *
 * @param sizes in pixels, tokens and numbers, by name; those of a tower begin with its name and a dot
 * @param size of the whole model
 * @param pictureBytes what one picture, or one tile of it, needs in a pass beside the weights, roughly
 * @param tokenBytes what each token of a text needs, roughly: in the cache of a model that writes, else in a pass
 * @param tasks what the model serves, by the names of the command line
 * @param labels names of the classes; none without a head for classes
 */
public record FusionArchitecture(
        Map<String, Long> sizes,
        ModelSize size,
        long pictureBytes,
        long tokenBytes,
        List<String> tasks,
        List<String> labels) {
    private static final Set<FusionTask> OF_CLASSES =
            EnumSet.of(FusionTask.QUESTION_ANSWERING, FusionTask.CLASSIFICATION, FusionTask.TOKEN_CLASSIFICATION);

    /**
     * Of a model.
     *
     * @param type the model_type of its config
     */
    static FusionArchitecture of(FusionModel model, FusionTask task, String type) {
        ModelSize size = ModelSize.of(model);
        Towers towers = new Towers();
        model.parts().forEach(towers::add);
        Map<String, Long> sizes = new LinkedHashMap<>();
        sizes.put("depth", size.depth());
        new TreeMap<>(model.sizes()).forEach(sizes::put);
        if (towers.sizes.isEmpty()) { // one stream
            towers.count(sizes);
        }
        sizes.putAll(towers.sizes);
        return new FusionArchitecture(
                sizes,
                size,
                towers.pictureBytes,
                towers.tokenBytes,
                tasks(model, task, type),
                model instanceof Vilt vilt && OF_CLASSES.contains(task) ? vilt.labels() : List.of());
    }

    /** What is known of the towers. */
    private static final class Towers {
        private final Map<String, Long> sizes = new LinkedHashMap<>();
        private long pictureBytes;
        private long tokenBytes;

        void add(String name, TensorBlock part) {
            if (part instanceof VisionModel vision) {
                VisionArchitecture tower = VisionArchitecture.of(vision);
                put(name, tower.sizes());
                pictureBytes += tower.passBytes();
            } else if (part instanceof TextModel text) {
                TextArchitecture tower = TextArchitecture.of(text, TextTask.FEATURES);
                put(name, tower.sizes());
                tokenBytes = Math.max(tokenBytes, tower.tokenBytes());
            } else if (part instanceof CheckpointModel other) {
                put(name, new TreeMap<>(other.sizes()));
                count(other.sizes());
            }
        }

        /** Of parts that know their sizes alone: pictures have patches, each of which is a token. */
        void count(Map<String, Long> its) {
            if (its.containsKey("patchHeight")) {
                pictureBytes += its.getOrDefault("positions", 0L) * passBytes(its);
            }
            if (its.containsKey("vocabulary")) {
                tokenBytes = Math.max(tokenBytes, passBytes(its));
            }
        }

        private void put(String tower, Map<String, Long> its) {
            its.forEach((name, size) -> sizes.put(tower + "." + name, size));
        }
    }

    private static List<String> tasks(FusionModel model, FusionTask task, String type) {
        List<String> tasks = new ArrayList<>(
                switch (task) {
                    case COMPARING ->
                        model instanceof Coca
                                ? List.of("zero-shot", "search", "match", "caption")
                                : List.of("zero-shot", "search");
                    case WRITING ->
                        model instanceof VisionEncoderDecoder ? List.of("caption", "read") : List.of("caption");
                    case PROMPTED_WRITING -> List.of("caption");
                    case CHATTING -> List.of("caption", "ask", "chat");
                    case TILED_CHATTING -> List.of("ask", "chat");
                    case QUESTION_ANSWERING -> List.of("ask");
                    case MATCHING -> List.of("match");
                    case CLASSIFICATION, FEATURES, MASKED_WORD, TOKEN_CLASSIFICATION -> List.<String>of();
                });
        if (VisionModels.types().contains(type)) { // whose tower can be loaded alone
            tasks.addAll(List.of("embed", "attention"));
        }
        return List.copyOf(tasks);
    }

    private static long passBytes(Map<String, Long> sizes) {
        return ModelSize.tokenBytes(sizes.getOrDefault("width", 0L), sizes.getOrDefault("mlpWidth", 0L));
    }
}
