package io.vitrail.transformer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/**
 * Damaged versions of valid files: equal seeds give equal ones. A test tries few of them, and as many as wanted with {@code
 * -Dvitrail.mutants=100000}.
 */
public final class Mutants {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int MOST_CHANGES = 3;

    private static final List<JsonNode> STRANGE = List.of(
            JSON.nullNode(),
            JSON.booleanNode(true),
            JSON.numberNode(0),
            JSON.numberNode(-1),
            JSON.numberNode(1),
            JSON.numberNode(3),
            JSON.numberNode(65_536),
            JSON.numberNode(Integer.MAX_VALUE),
            JSON.numberNode(Integer.MIN_VALUE),
            JSON.numberNode(1L << 31),
            JSON.numberNode(Long.MAX_VALUE),
            JSON.numberNode(0.5),
            JSON.numberNode(-1e-3),
            JSON.numberNode(1e30),
            JSON.numberNode(new BigDecimal("1e400")),
            JSON.textNode(""),
            JSON.textNode("NaN"),
            JSON.textNode("../../x"),
            JSON.textNode("x".repeat(5_000)),
            JSON.arrayNode(),
            JSON.arrayNode().add(1).add("a").addNull(),
            JSON.objectNode(),
            JSON.objectNode().put("a", 1));

    private Mutants() {}

    /** The number of mutants of each file that a test tries. */
    public static int count(int usual) {
        return Integer.getInteger("vitrail.mutants", usual);
    }

    /** What a test does with a mutant. */
    @FunctionalInterface
    public interface Use {
        void of(byte[] mutant) throws IOException;
    }

    /**
     * Uses mutants one after the other; returns how many were refused with an expected error. Any other error fails, and so
     * does one that takes too long; its mutant is kept as a file.
     *
     * @param mutant makes it from a seed
     * @param longest time for one mutant
     */
    public static int refused(
            int rounds, LongFunction<byte[]> mutant, Duration longest, Predicate<Throwable> isExpected, Use use)
            throws IOException {
        int refused = 0;
        for (int seed = 0; seed < rounds; seed++) {
            byte[] bytes = mutant.apply(seed);
            long start = System.nanoTime();
            Throwable failure = null;
            try {
                use.of(bytes);
            } catch (Throwable e) { // whatever it is
                failure = e;
            }
            Duration taken = Duration.ofNanos(System.nanoTime() - start);
            if (failure != null && !isExpected.test(failure) || taken.compareTo(longest) > 0) {
                Path kept = Files.write(Files.createTempFile("mutant", ".bin"), bytes);
                throw new AssertionError("mutant " + seed + " took " + taken + "; it is kept as " + kept, failure);
            }
            refused += failure == null ? 0 : 1;
        }
        return refused;
    }

    /** A few bytes changed, or the end missing, or a part doubled or left out. */
    public static byte[] ofBytes(byte[] valid, long seed) {
        Random random = new Random(seed);
        byte[] bytes = valid.clone();
        int kind = random.nextInt(20);
        if (kind == 0) {
            bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
        } else if (kind < 3) {
            bytes = spliced(bytes, random);
        }
        int changes = kind == 0 ? 0 : 1 + random.nextInt(MOST_CHANGES);
        for (int i = 0; i < changes && bytes.length > 0; i++) {
            int place = random.nextInt(bytes.length);
            bytes[place] = switch (random.nextInt(4)) {
                case 0 -> (byte) (bytes[place] ^ 1 << random.nextInt(8));
                case 1 -> (byte) (bytes[place] + (random.nextBoolean() ? 1 : -1));
                case 2 -> (byte) (random.nextBoolean() ? 0xFF : 0);
                default -> (byte) random.nextInt();
            };
        }
        return bytes;
    }

    /** What lies between two places comes twice or not at all. */
    private static byte[] spliced(byte[] bytes, Random random) {
        int a = random.nextInt(bytes.length);
        int b = random.nextInt(bytes.length);
        byte[] result = Arrays.copyOf(bytes, b + bytes.length - a);
        System.arraycopy(bytes, a, result, b, bytes.length - a);
        return result;
    }

    /** Some values replaced, removed, renamed or repeated; now and then the text itself is damaged. */
    public static byte[] ofJson(JsonNode valid, long seed) {
        Random random = new Random(seed);
        if (random.nextInt(5) == 0) {
            return ofBytes(valid.toString().getBytes(StandardCharsets.UTF_8), seed);
        }
        JsonNode copy = valid.deepCopy();
        int changes = 1 + random.nextInt(MOST_CHANGES);
        for (int i = 0; i < changes; i++) {
            List<JsonNode> containers = new ArrayList<>();
            collect(copy, containers);
            if (!containers.isEmpty()) {
                change(containers.get(random.nextInt(containers.size())), random);
            }
        }
        return copy.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode() && !node.isEmpty()) {
            containers.add(node);
        }
        node.forEach(child -> collect(child, containers));
    }

    private static void change(JsonNode container, Random random) {
        if (container instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.get(random.nextInt(names.size()));
            switch (random.nextInt(8)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(name + "_", object.remove(name));
                case 2 -> object.set(name, object.get(names.get(random.nextInt(names.size()))));
                default -> object.set(name, other(object.get(name), random));
            }
        } else {
            ArrayNode array = (ArrayNode) container;
            int place = random.nextInt(array.size());
            switch (random.nextInt(4)) {
                case 0 -> array.remove(place);
                case 1 -> array.insert(place, array.get(place));
                default -> array.set(place, other(array.get(place), random));
            }
        }
    }

    private static JsonNode other(JsonNode value, Random random) {
        if (value.isInt() && random.nextBoolean()) {
            int number = value.intValue();
            int[] near = {number + 1, number - 1, 2 * number, number / 2, -number, 1000 * number};
            return JSON.numberNode(near[random.nextInt(near.length)]);
        }
        return STRANGE.get(random.nextInt(STRANGE.size())).deepCopy();
    }
}
