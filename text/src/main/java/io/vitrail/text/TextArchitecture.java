package io.vitrail.text;

import io.vitrail.transformer.ModelSize;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a text model is, without its weights.
 *
 * @param sizes in tokens and numbers, by name
 * @param size of the whole model
 * @param tokenBytes what each token needs beside the weights, roughly: in the cache of a model that writes, else in a
 *     pass
 * @param tasks what the model serves, by the names of the command line
 * @param labels names of the classes; none without a head for classes
 */
public record TextArchitecture(
        Map<String, Long> sizes, ModelSize size, long tokenBytes, List<String> tasks, List<String> labels) {
    /** The sizes that most people ask for, where a model has them. */
    private static final List<String> FIRST = List.of("width", "heads", "mlpWidth", "vocabulary");

    /** Of a model, which needs no weights yet. */
    public static TextArchitecture of(TextModel model, TextTask task) {
        Map<String, Long> own = new TreeMap<>(model.sizes());
        ModelSize size = ModelSize.of(model);
        Map<String, Long> sizes = new LinkedHashMap<>();
        sizes.put("depth", size.depth());
        FIRST.stream().filter(own::containsKey).forEach(name -> sizes.put(name, own.get(name)));
        own.forEach(sizes::putIfAbsent);
        boolean encodes = model instanceof TextEncoder;
        return new TextArchitecture(
                sizes,
                size,
                encodes ? passBytes(sizes) : cacheBytes(model, sizes),
                tasks(model, task),
                encodes ? ((TextEncoder) model).labels() : List.of());
    }

    /** What is read segment by segment has no command. */
    private static List<String> tasks(TextModel model, TextTask task) {
        Optional<String> head =
                switch (task) {
                    case MASKED_WORD, PRE_TRAINING -> Optional.of("fill-mask");
                    case SEQUENCE_CLASSIFICATION -> Optional.of("classify");
                    case TOKEN_CLASSIFICATION -> Optional.of("tag");
                    case QUESTION_ANSWERING -> Optional.of("ask");
                    case NEXT_TOKEN -> model instanceof TextDecoder ? Optional.of("generate") : Optional.empty();
                    case TEXT_TO_TEXT -> Optional.of("text2text");
                    case FEATURES,
                            FEATURES_WITHOUT_POOLER,
                            PROJECTION,
                            ENCODER_FEATURES,
                            NEXT_SENTENCE,
                            MULTIPLE_CHOICE -> Optional.empty();
                };
        Stream<String> embed = model instanceof TextEncoder ? Stream.of("embed") : Stream.empty();
        return Stream.concat(head.stream(), embed).toList();
    }

    private static long passBytes(Map<String, Long> sizes) {
        return ModelSize.tokenBytes(sizes.getOrDefault("width", 0L), sizes.getOrDefault("mlpWidth", 0L));
    }

    /** A key and a value in each layer that writes. */
    private static long cacheBytes(TextModel model, Map<String, Long> sizes) {
        long width = sizes.getOrDefault("width", 0L);
        long each = sizes.getOrDefault("keyValueWidth", sizes.getOrDefault("attentionWidth", width));
        long depth = ModelSize.of(model.parts().getOrDefault("decoder", model)).depth();
        return 2 * Float.BYTES * each * depth;
    }
}
