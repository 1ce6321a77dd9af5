package io.vitrail.transformer.weights;

import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Names of a classifier's classes, as a checkpoint's config.json gives them. */
public final class Labels {
    /** The number of classes where a config names none: the reference's default. */
    private static final int UNNAMED = 2;

    private static final int MOST = 1_000_000;

    private Labels() {}

    /** By index: as "id2label" names them, or LABEL_0, LABEL_1, … of "num_labels". */
    public static List<String> of(ConfigJson config) {
        Map<Integer, String> named = config.numbered("id2label");
        if (named.isEmpty()) {
            int count = config.size("num_labels", UNNAMED);
            Check.that(count <= MOST, "config.json: num_labels (%d) must be at most %d.", count, MOST);
            return IntStream.range(0, count).mapToObj(i -> "LABEL_" + i).toList();
        }
        if (!isRange(named)) {
            throw new CheckpointException("config.json: id2label must number the classes from 0 without gaps, not "
                    + abbreviated(named.keySet().toString()) + ".");
        }
        return List.copyOf(new ArrayList<>(named.values()));
    }

    private static boolean isRange(Map<Integer, String> named) {
        return IntStream.range(0, named.size()).allMatch(named::containsKey);
    }

    private static String abbreviated(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
