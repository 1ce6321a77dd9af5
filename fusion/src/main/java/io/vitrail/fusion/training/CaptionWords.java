package io.vitrail.fusion.training;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A vocabulary of whole words, made of captions: lower case, without punctuation. As a tokenizer.json it is read by {@link
 * Tokenizer}, and by Hugging Face's tokenizers.
 */
final class CaptionWords {
    static final int PADDING = 0;
    static final int UNKNOWN = 1;
    static final int BEGIN = 2;
    static final int END = 3;

    private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[BOS]", "[EOS]");
    private static final String NO_WORD = "[^a-z0-9' -]+";

    private CaptionWords() {}

    /**
     * Writes the tokenizer of the words that occur most often, in the order of their counts.
     *
     * @param most words and special tokens together
     * @param leastCount of a word
     */
    static void save(List<String> captions, int most, int leastCount, Path file) throws IOException {
        Check.that(most > SPECIAL.size(), "A vocabulary of %d has no room for words.", most);
        Map<String, Integer> counts = new HashMap<>();
        for (String caption : captions) {
            words(caption).forEach(word -> counts.merge(word, 1, Integer::sum));
        }
        List<String> words = counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= leastCount)
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(most - SPECIAL.size())
                .map(Map.Entry::getKey)
                .toList();
        Files.writeString(file, json(words).toString() + "\n");
    }

    /** As the tokenizer cuts them. */
    static List<String> words(String caption) {
        String plain = caption.toLowerCase(Locale.ROOT).replaceAll(NO_WORD, " ");
        return Arrays.stream(plain.split(" ")).filter(word -> !word.isEmpty()).toList();
    }

    private static ObjectNode json(List<String> words) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", "1.0");
        for (int id = 0; id < SPECIAL.size(); id++) {
            json.withArray("added_tokens")
                    .addObject()
                    .put("id", id)
                    .put("content", SPECIAL.get(id))
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        ObjectNode normalizer = json.putObject("normalizer").put("type", "Sequence");
        normalizer.putArray("normalizers").addObject().put("type", "Lowercase");
        ObjectNode replace = normalizer.withArray("normalizers").addObject().put("type", "Replace");
        replace.putObject("pattern").put("Regex", NO_WORD);
        replace.put("content", " ");
        json.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
        ObjectNode model = json.putObject("model").put("type", "WordLevel");
        ObjectNode ids = model.putObject("vocab");
        SPECIAL.forEach(token -> ids.put(token, ids.size()));
        words.forEach(word -> ids.put(word, ids.size()));
        model.put("unk_token", SPECIAL.get(UNKNOWN));
        return json;
    }

    /** The ids of a caption from its beginning to its end; empty if it is too long, or too many words are unknown. */
    static int[] ids(String caption, Tokenizer tokenizer, int longest) {
        long[] words = tokenizer.encode(caption).ids();
        long unknown = Arrays.stream(words).filter(id -> id == UNKNOWN).count();
        if (words.length == 0 || words.length + 2 > longest || unknown > words.length / 8) {
            return new int[0];
        }
        int[] ids = new int[words.length + 2];
        ids[0] = BEGIN;
        for (int i = 0; i < words.length; i++) {
            ids[i + 1] = Math.toIntExact(words[i]);
        }
        ids[ids.length - 1] = END;
        return ids;
    }
}
