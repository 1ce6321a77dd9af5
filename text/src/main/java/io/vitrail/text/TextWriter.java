package io.vitrail.text;

import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.LengthBatches;
import io.vitrail.transformer.Patience;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What the tasks have in common that write text after text. Immutable and thread-safe: calls of several threads take
 * turns at the model, token by token.
 */
final class TextWriter {
    /** Texts of one call that are written together. */
    private static final int BATCH = 8;

    /**
     * A text to write.
     *
     * @param read what the model reads before
     * @param prompt what the decoder begins with
     * @param earlier the tokens that the text continues
     */
    record Order(Encoding read, Prompt prompt, long[] earlier) {
        private int length() {
            return read.length();
        }

        private Order numbered(int place) {
            return new Order(read, prompt.numbered(place), earlier);
        }

        private TextEngine.Order toText() {
            return new TextEngine.Order(prompt, read.length(), earlier, new long[0]);
        }
    }

    /** Begins to decode. */
    @FunctionalInterface
    interface Opening {
        Decoding of(List<Order> orders, Patience patience);
    }

    private final TextEngine engine;
    private final Opening opening;
    private final Supplier<Patience> patience;

    private TextWriter(TextEngine engine, Opening opening, Supplier<Patience> patience) {
        this.engine = engine;
        this.opening = opening;
        this.patience = patience;
    }

    /** For as long as it takes. */
    static TextWriter of(Tokenizer tokenizer, GenerationOptions options, Opening opening) {
        return new TextWriter(TextEngine.of(tokenizer, options), opening, Patience::endless);
    }

    TextWriter withOptions(GenerationOptions others) {
        return new TextWriter(engine.withOptions(others), opening, patience);
    }

    TextWriter withDeadline(Duration limit) {
        Patience.of(limit); // an error now, if it is none
        return new TextWriter(engine, opening, () -> Patience.of(limit));
    }

    /** The same, with another way to decode. */
    TextWriter withOpening(Opening other) {
        return new TextWriter(engine, other, patience);
    }

    GenerationOptions options() {
        return engine.options();
    }

    /** By order: as many texts as the options say, best first in beam search. */
    List<List<GeneratedText>> write(List<Order> orders) {
        Patience until = patience.get();
        List<Order> numbered = IntStream.range(0, orders.size())
                .mapToObj(place -> orders.get(place).numbered(place))
                .toList();
        return LengthBatches.answer(numbered, Order::length, BATCH, some -> {
            try (Decoding decoding = opening.of(some, until)) {
                return engine.write(decoding, some.stream().map(Order::toText).toList());
            }
        });
    }

    /** One text, which is heard while it is being written. */
    GeneratedText write(Order order, TextListener listener) {
        try (Decoding decoding = opening.of(List.of(order), patience.get())) {
            return engine.write(decoding, order.toText(), listener);
        }
    }
}
