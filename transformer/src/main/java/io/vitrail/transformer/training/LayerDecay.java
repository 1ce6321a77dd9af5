package io.vitrail.transformer.training;

import io.vitrail.transformer.Check;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learning rates that fall from the head down (Clark et al. 2020, "ELECTRA", section 3.2; Bao et al. 2021, "BEiT"): the
 * head and the last norm learn at the full rate, the last block at {@code decay} times that, the one before at decay²,
 * and so on, and the embeddings below the first block once more. A weight's name tells its place. Of a model with
 * several stacks of blocks, such as two towers, each counts from its own last block.
 */
final class LayerDecay {
    /** A stack, the number of a block, and that of a block within a stage. */
    private static final Pattern BLOCK = Pattern.compile(
            "^(.*?(?:^|\\.)(?:layers?|blocks?|h|resblocks))\\.(\\d{1,6})\\.(?:blocks\\.(\\d{1,6})\\.)?");

    private static final Pattern EMBEDDING = Pattern.compile(
            "(?:^|\\.)(?:\\w*embed\\w*|\\w+_tokens?|wte|wpe|shared|patch_\\w+|stem|projection)(?:\\.|$)");

    private static final int NO_STAGE = 1_000_000; // behind all blocks of its own: what lies between two stages

    /** @param number of the block; those of a stage are {@code NO_STAGE} apart from those of the next */
    private record Place(String stack, long number) {}

    private final Map<String, SortedSet<Long>> stacks = new TreeMap<>();

    private LayerDecay(Collection<String> names) {
        for (String name : names) {
            Matcher block = BLOCK.matcher(name);
            if (block.find()) {
                Place place = place(block);
                stacks.computeIfAbsent(place.stack, stack -> new TreeSet<>()).add(place.number);
            }
        }
    }

    /**
     * Factors of the learning rate, by name.
     *
     * @param names of all weights
     */
    static Map<String, Double> factors(Collection<String> names, double decay) {
        Check.that(decay > 0 && decay <= 1, "layer decay must be above 0 and at most 1, not %s", decay);
        LayerDecay layers = new LayerDecay(names);
        Map<String, Double> factors = new LinkedHashMap<>();
        names.forEach(name -> factors.put(name, Math.pow(decay, layers.below(name))));
        return factors;
    }

    private static Place place(Matcher block) {
        long first = Long.parseLong(block.group(2));
        boolean staged = block.group(3) != null;
        return new Place(block.group(1), first * 2 * NO_STAGE + (staged ? Long.parseLong(block.group(3)) : NO_STAGE));
    }

    /** How many layers lie between a weight and the head, its own among them. */
    private long below(String name) {
        Matcher block = BLOCK.matcher(name);
        if (block.find()) {
            Place place = place(block);
            return stacks.get(place.stack).tailSet(place.number).size();
        }
        return EMBEDDING.matcher(name).find() ? depthAround(name) + 1 : 0;
    }

    /** The depth of the stack whose name agrees longest with that of an embedding; of the deepest, if several do. */
    private long depthAround(String name) {
        return stacks.entrySet().stream()
                .max(Comparator.<Map.Entry<String, SortedSet<Long>>>comparingInt(entry -> common(name, entry.getKey()))
                        .thenComparingInt(entry -> entry.getValue().size()))
                .map(entry -> entry.getValue().size())
                .orElse(0);
    }

    private static int common(String name, String stack) {
        String[] some = name.split("\\.");
        String[] others = stack.split("\\.");
        int same = 0;
        while (same < Math.min(some.length, others.length) && some[same].equals(others[same])) {
            same++;
        }
        return same;
    }
}
