package io.vitrail.text.training;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.training.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Texts to learn a language from, and to be measured by. They come from a plain text file ({@code .txt}), which is one text, or
 * from records, JSON lines, CSV or TSV: {@code text}, or {@code prompt} and {@code completion}.
 *
 * @param training the texts to learn from
 * @param evaluation the texts to measure by; may be none
 */
public record LanguageTexts(List<Example> training, List<Example> evaluation) {
    private static final int MOST_CHARACTERS = 1 << 28;
    private static final String PROMPT = "prompt";
    private static final String COMPLETION = "completion";

    /**
     * A text.
     *
     * @param prompt what it begins with and is only read, if completions alone are learned; may be empty
     * @param completion the rest
     */
    public record Example(String prompt, String completion) {
        String whole() {
            return prompt + completion;
        }
    }

    public LanguageTexts {
        training = List.copyOf(training);
        evaluation = List.copyOf(evaluation);
        Check.that(!training.isEmpty(), "There is no text to learn from.");
    }

    /**
     * The texts of a file.
     *
     * @param heldOut the fraction that is held out to measure by: of the texts at least one, and never all; where
     *     there is one, its end
     * @throws IllegalArgumentException if the file can't be read or a record is wrong; the message names file and line
     */
    public static LanguageTexts read(Path file, double heldOut, long seed) {
        Check.that(heldOut >= 0 && heldOut < 1, "The held-out fraction must be in [0, 1), not %s.", heldOut);
        List<Example> all = new ArrayList<>(examples(file));
        if (all.size() == 1) {
            return divided(all.get(0), heldOut);
        }
        Collections.shuffle(all, new Random(Seeds.random(seed, 0, 0).nextLong()));
        int least = heldOut > 0 ? 1 : 0;
        int held = Math.min(all.size() - 1, Math.max(least, (int) Math.round(heldOut * all.size())));
        return new LanguageTexts(all.subList(held, all.size()), all.subList(0, held));
    }

    /** The texts of one file to learn from, and those of another to measure by. */
    public static LanguageTexts read(Path file, Path evaluation) {
        return new LanguageTexts(examples(file), examples(evaluation));
    }

    private static LanguageTexts divided(Example text, double heldOut) {
        String whole = text.whole();
        int end = (int) Math.round(whole.length() * (1 - heldOut));
        int cut = end < whole.length() ? whole.lastIndexOf('\n', end) + 1 : end;
        if (!text.prompt.isEmpty() || cut == 0 || cut == whole.length()) {
            return new LanguageTexts(List.of(text), List.of());
        }
        return new LanguageTexts(
                List.of(new Example("", whole.substring(0, cut))), List.of(new Example("", whole.substring(cut))));
    }

    private static List<Example> examples(Path file) {
        if (RecordFile.ending(file).equals("txt")) {
            return List.of(new Example("", text(file)));
        }
        List<Example> examples =
                RecordFile.read(file).stream().map(LanguageTexts::example).toList();
        Check.that(!examples.isEmpty(), "'%s' holds no records.%n  try:  texts, one record each.", file);
        return examples;
    }

    private static Example example(RecordFile.Entry entry) {
        boolean completes = entry.has(COMPLETION);
        String completion = entry.required(completes ? COMPLETION : "text");
        String prompt = completes ? entry.text(PROMPT).orElse("") : "";
        if (completion.isEmpty()) {
            throw entry.wrong("The text is empty", "leave the record out.");
        }
        return new Example(prompt, completion);
    }

    private static String text(Path file) {
        String text = RecordFile.reading(file, in -> {
            StringBuilder all = new StringBuilder();
            char[] some = new char[1 << 16];
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                all.append(some, 0, count);
                Check.that(all.length() <= MOST_CHARACTERS, "'%s' is too long.%n  try:  parts as JSON lines.", file);
            }
            return all.toString();
        });
        Check.that(!text.isBlank(), "'%s' is empty.%n  try:  texts to learn from.", file);
        return text;
    }
}
