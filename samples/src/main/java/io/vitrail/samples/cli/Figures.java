package io.vitrail.samples.cli;

import io.vitrail.text.GeneratedText;
import java.util.List;
import java.util.Locale;

/** How many tokens were read and written, and how fast. */
final class Figures {
    private static final double NANOS = 1e9;

    private final long begun = System.nanoTime();
    private long first;
    private int read;
    private int written;

    /** Told of each token as it comes; the first one matters. */
    void firstToken() {
        first = first == 0 ? System.nanoTime() : first;
    }

    /** Told of the texts of one input. */
    void add(List<GeneratedText> texts) {
        read += texts.get(0).promptTokens();
        written += texts.stream().mapToInt(GeneratedText::tokens).sum();
    }

    String text() {
        double seconds = (System.nanoTime() - begun) / NANOS;
        String all = String.format(
                Locale.ROOT,
                "%d tokens read, %d written in %.2f s: %.1f a second",
                read,
                written,
                seconds,
                written / seconds);
        if (first == 0 || written < 2) {
            return all;
        }
        double toFirst = (first - begun) / NANOS;
        return all
                + String.format(
                        Locale.ROOT,
                        "; the first after %.2f s, then %.1f a second",
                        toFirst,
                        (written - 1) / (seconds - toFirst));
    }
}
