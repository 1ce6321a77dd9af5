package io.vitrail.fusion.training;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the photos that a caption might be about, by the words of their own captions: the cosine of tf-idf vectors (Salton
 * and Buckley 1988), in which rare words count more. A caption alone thus gets a picture, though not its own.
 */
final class AlikeCaptions {
    private final Map<String, Map<Integer, Double>> photosOfWord = new HashMap<>();
    private final Map<String, Double> rarity = new HashMap<>();

    /** @param captionsOfPhoto by the photo's number; words that all photos share count nothing */
    AlikeCaptions(List<List<String>> captionsOfPhoto) {
        Map<String, Integer> documents = new HashMap<>();
        captionsOfPhoto.forEach(captions -> words(captions).forEach(word -> documents.merge(word, 1, Integer::sum)));
        documents.forEach((word, count) -> rarity.put(word, Math.log((double) captionsOfPhoto.size() / count)));
        for (int photo = 0; photo < captionsOfPhoto.size(); photo++) {
            Map<String, Double> vector = new HashMap<>();
            for (String caption : captionsOfPhoto.get(photo)) {
                CaptionWords.words(caption).forEach(word -> vector.merge(word, rarity.get(word), Double::sum));
            }
            double length = length(vector.values());
            for (Map.Entry<String, Double> word : vector.entrySet()) {
                photosOfWord
                        .computeIfAbsent(word.getKey(), key -> new HashMap<>())
                        .put(photo, word.getValue() / length);
            }
        }
    }

    private static Set<String> words(List<String> captions) {
        Set<String> words = new HashSet<>();
        captions.forEach(caption -> words.addAll(CaptionWords.words(caption)));
        return words;
    }

    private static double length(Iterable<Double> vector) {
        double squares = 0;
        for (double weight : vector) {
            squares += weight * weight;
        }
        return Math.sqrt(Math.max(squares, Double.MIN_NORMAL));
    }

    /** The numbers of at most so many photos that are at least so much alike, 0 to 1, best first. */
    int[] photos(String caption, int most, double least) {
        Map<String, Double> vector = new HashMap<>();
        for (String word : CaptionWords.words(caption)) {
            vector.merge(word, rarity.getOrDefault(word, Math.log(rarity.size())), Double::sum);
        }
        double length = length(vector.values());
        Map<Integer, Double> alike = new HashMap<>();
        vector.forEach((word, weight) -> photosOfWord
                .getOrDefault(word, Map.of())
                .forEach((photo, its) -> alike.merge(photo, weight * its / length, Double::sum)));
        int[] found = alike.keySet().stream().mapToInt(Integer::intValue).toArray();
        return Arrays.stream(found)
                .filter(photo -> alike.get(photo) >= least)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(photo -> -alike.get(photo))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(most)
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
