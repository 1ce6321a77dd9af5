package io.vitrail.text;

import ai.djl.nn.Parameter;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.TensorBlock;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What a text model is, without its weights.
 *
 * @param sizes in tokens and numbers, by name
 * @param parameters of the whole model; what is shared counts once
 * @param matrices how many of them are in matrices within the layers, which {@code BF16} holds in half the bytes
 * @param tokenBytes what each token needs beside the weights, roughly: in the cache of a model that writes, else in a
 *     pass
 * @param tasks what the model serves, by the names of the command line
 * @param labels names of the classes; none without a head for classes
 */
public record TextArchitecture(
        Map<String, Long> sizes,
        long parameters,
        long matrices,
        long tokenBytes,
        List<String> tasks,
        List<String> labels) {
    /** The sizes that most people ask for, where a model has them. */
    private static final List<String> FIRST = List.of("width", "heads", "mlpWidth", "vocabulary");

    /** Of a model, which needs no weights yet. */
    public static TextArchitecture of(TextModel model, TextTask task) {
        Map<String, Long> own = new TreeMap<>(model.sizes());
        List<Encoder> stacks = stacks(model);
        long depth = stacks.stream().mapToLong(stack -> stack.parts().size()).sum();
        Map<String, Long> sizes = new LinkedHashMap<>();
        sizes.put("depth", depth);
        FIRST.stream().filter(own::containsKey).forEach(name -> sizes.put(name, own.get(name)));
        own.forEach(sizes::putIfAbsent);
        boolean encodes = model instanceof TextEncoder;
        return new TextArchitecture(
                sizes,
                count(List.of(model), parameter -> true),
                count(stacks, parameter -> parameter.getShape().dimension() == 2),
                encodes ? passBytes(sizes) : cacheBytes(model, sizes),
                tasks(model, task),
                encodes ? ((TextEncoder) model).labels() : List.of());
    }

    /** Bytes of the weights in float32. */
    public long bytesInFloat32() {
        return Float.BYTES * parameters;
    }

    /** Bytes of the weights in bfloat16: matrices within the layers are, all else stays float32. */
    public long bytesInBfloat16() {
        return bytesInFloat32() - Short.BYTES * matrices;
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

    private static List<Encoder> stacks(TensorBlock block) {
        return block.parts().values().stream()
                .flatMap(part -> part instanceof Encoder stack ? List.of(stack).stream() : stacks(part).stream())
                .toList();
    }

    /** Numbers in some of the parameters. */
    private static long count(List<? extends TensorBlock> blocks, Predicate<Parameter> counts) {
        Set<Parameter> all = new LinkedHashSet<>(); // parameters are equal if they are the same
        blocks.forEach(block -> collect(block, all));
        return all.stream()
                .filter(counts)
                .mapToLong(parameter -> parameter.getShape().size())
                .sum();
    }

    private static void collect(TensorBlock block, Set<Parameter> all) {
        all.addAll(block.parameters().values());
        block.parts().values().forEach(part -> collect(part, all));
    }

    /**
     * Of one layer the stream, its norm, queries, keys and values, what attention gives and its projection, or the
     * stream, its norm, the MLP's hidden vector and what it gives. Layers are freed one after the other.
     */
    private static long passBytes(Map<String, Long> sizes) {
        long width = sizes.getOrDefault("width", 0L);
        return Float.BYTES * Math.max(7 * width, 3 * width + sizes.getOrDefault("mlpWidth", 0L));
    }

    /** A key and a value in each layer that writes. */
    private static long cacheBytes(TextModel model, Map<String, Long> sizes) {
        long width = sizes.getOrDefault("width", 0L);
        long each = sizes.getOrDefault("keyValueWidth", sizes.getOrDefault("attentionWidth", width));
        TensorBlock writer = model.parts().getOrDefault("decoder", model);
        long depth = writer instanceof Encoder stack
                ? stack.parts().size()
                : stacks(writer).stream()
                        .mapToLong(stack -> stack.parts().size())
                        .sum();
        return 2 * Float.BYTES * each * depth;
    }
}
