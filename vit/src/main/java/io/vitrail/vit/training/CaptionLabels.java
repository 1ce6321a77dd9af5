package io.vitrail.vit.training;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which class a photo shows, by the words of its captions: the one that most captions agree on, no class if no caption names
 * any, and unknown where they disagree. Immutable.
 */
final class CaptionLabels {
    private static final int AGREEING = 3;

    private final Map<String, Integer> classOfWord = new HashMap<>();

    /** @param words of each class, by number, separated by blanks; several lists may have one number */
    CaptionLabels(Map<String, Integer> words) {
        words.forEach((list, label) -> {
            for (String word : list.split(" ")) {
                classOfWord.put(word, label);
            }
        });
    }

    /** @param photo an object with its {@code captions} */
    Optional<Integer> of(JsonNode photo) {
        Map<Integer, Integer> votes = new HashMap<>();
        for (JsonNode caption : photo.path("captions")) {
            named(caption.asText()).forEach(label -> votes.merge(label, 1, Integer::sum));
        }
        if (votes.isEmpty()) {
            return Optional.of(PictureSet.NO_CLASS);
        }
        Set<Integer> certain = new HashSet<>(votes.keySet());
        certain.removeIf(label -> votes.get(label) < AGREEING);
        long likely = votes.values().stream().filter(count -> count > 1).count();
        return certain.size() == 1 && likely == 1
                ? Optional.of(certain.iterator().next())
                : Optional.empty();
    }

    private Set<Integer> named(String caption) {
        Set<Integer> named = new HashSet<>();
        for (String word : caption.toLowerCase(Locale.ROOT).split("[^a-z]+")) {
            Integer label = classOfWord.get(word);
            if (label != null) {
                named.add(label);
            }
        }
        return named;
    }
}
