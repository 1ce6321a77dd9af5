package io.vitrail.samples.transduction;

import io.vitrail.text.training.TextPair;
import io.vitrail.text.training.TextPairs;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Small languages of two sides: what is read, and what is to be written. A tenth of all answers is held out: no pair to
 * learn from has one of them.
 */
public enum Transduction implements TextPairs {
    /** The same again. */
    COPY {
        @Override
        TextPair any(SplittableRandom random) {
            String word = word(random);
            return new TextPair(word, word);
        }
    },
    /** Back to front. */
    REVERSE {
        @Override
        TextPair any(SplittableRandom random) {
            String word = word(random);
            return new TextPair(word, new StringBuilder(word).reverse().toString());
        }
    },
    /** Dates as people write them, to dates as ISO 8601 has them. */
    DATES {
        @Override
        TextPair any(SplittableRandom random) {
            LocalDate date = FIRST.plusDays(random.nextInt(DAYS));
            DateTimeFormatter written = WRITTEN.get(random.nextInt(WRITTEN.size()));
            return new TextPair(written.format(date), date.toString());
        }
    };

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
    private static final int LONGEST = 12;

    /** All that the texts may hold. */
    public static final String CHARACTERS = LETTERS + LETTERS.toUpperCase(Locale.ROOT) + "0123456789 ,./-";

    private static final int HELD_OUT = 10;
    private static final LocalDate FIRST = LocalDate.of(1900, 1, 1);
    private static final int DAYS = 73049; // to the end of 2099
    private static final List<DateTimeFormatter> WRITTEN = Stream.of(
                    "d MMMM yyyy", "MMMM d, yyyy", "EEEE, d MMMM yyyy", "EEE MMM d yyyy", "d.M.yyyy", "yyyy/MM/dd")
            .map(pattern -> DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH))
            .toList();

    /** A pair of the whole language. */
    abstract TextPair any(SplittableRandom random);

    /** A pair to learn from. */
    @Override
    public TextPair draw(SplittableRandom random) {
        return Stream.generate(() -> any(random))
                .filter(pair -> !isHeldOut(pair))
                .findFirst()
                .orElseThrow();
    }

    /** Pairs to examine by, all different. */
    public List<TextPair> heldOut(int count) {
        SplittableRandom random = new SplittableRandom(0);
        return Stream.generate(() -> any(random))
                .filter(Transduction::isHeldOut)
                .distinct()
                .limit(count)
                .toList();
    }

    private static boolean isHeldOut(TextPair pair) {
        return new SplittableRandom(pair.target().hashCode()).nextInt(HELD_OUT) == 0;
    }

    private static String word(SplittableRandom random) {
        return random.ints(1 + random.nextInt(LONGEST), 0, LETTERS.length())
                .mapToObj(letter -> LETTERS.substring(letter, letter + 1))
                .collect(Collectors.joining());
    }
}
