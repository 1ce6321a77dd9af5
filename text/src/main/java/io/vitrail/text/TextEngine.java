package io.vitrail.text;

import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GeneratedSequence;
import io.vitrail.text.generation.GenerationEngine;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.generation.TokenListener;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Writes texts: the tokens of a {@link GenerationEngine} as text, whatever its decoder looks at. Immutable; any thread
 * may use it, any number at once, each with a decoding of its own.
 */
public final class TextEngine {
    /** Where options don't say how long texts become, as the reference's pipelines have it. */
    private static final int USUAL_TOKENS = 256;

    /**
     * A text to write.
     *
     * @param prompt what the decoder begins with
     * @param read how many tokens the model reads before it writes
     * @param earlier tokens that the text continues, and which are no part of it
     * @param begun tokens of the prompt that the text begins with
     */
    public record Order(Prompt prompt, int read, long[] earlier, long[] begun) {
        /** As one of several texts, which may be written at different times. */
        public Order numbered(long place) {
            return new Order(prompt.numbered(place), read, earlier, begun);
        }
    }

    private final Tokenizer tokenizer;
    private final GenerationOptions options;
    private final GenerationEngine engine;

    private TextEngine(Tokenizer tokenizer, GenerationOptions options) {
        this.tokenizer = tokenizer;
        this.options = options;
        engine = GenerationEngine.of(bounded(options)).withTokenizer(tokenizer);
    }

    /**
     * An engine that writes as the options say; where they don't say how long texts become, up to 256 tokens.
     *
     * @param tokenizer stays the caller's
     */
    public static TextEngine of(Tokenizer tokenizer, GenerationOptions options) {
        return new TextEngine(tokenizer, options);
    }

    private static GenerationOptions bounded(GenerationOptions options) {
        boolean says = options.maxLength().isPresent() || options.maxNewTokens().isPresent();
        return says ? options : options.toBuilder().maxNewTokens(USUAL_TOKENS).build();
    }

    /** The same engine with other options. */
    public TextEngine withOptions(GenerationOptions others) {
        return new TextEngine(tokenizer, others);
    }

    public GenerationOptions options() {
        return options;
    }

    /**
     * By order: as many texts as the options say, best first in beam search.
     *
     * @param decoding that nothing went through yet, with a row for each order; it stays the caller's to close
     */
    public List<List<GeneratedText>> write(Decoding decoding, List<Order> orders) {
        List<List<GeneratedSequence>> sequences = generate(decoding, orders, TokenListener.NONE);
        return IntStream.range(0, orders.size())
                .mapToObj(i -> sequences.get(i).stream()
                        .map(sequence -> text(orders.get(i), sequence))
                        .toList())
                .toList();
    }

    /** One text, which is heard while it is being written; not by beam search, which decides in the end. */
    public GeneratedText write(Decoding decoding, Order order, TextListener listener) {
        Check.that(
                options.returnedSequences() == 1,
                "A text that is heard as it comes is one, not one of %d.%n  try:  1 returned sequence.",
                options.returnedSequences());
        Continuation continuation = new Continuation(tokenizer, order.earlier());
        for (long id : order.begun()) {
            tell(listener, continuation.add(id));
        }
        TokenListener tokens = (row, id, logProbability) -> {
            tell(listener, continuation.add(id));
            return listener.wantsMore();
        };
        GeneratedSequence sequence =
                generate(decoding, List.of(order), tokens).get(0).get(0);
        tell(listener, continuation.finish());
        return text(order, sequence);
    }

    private static void tell(TextListener listener, String piece) {
        if (!piece.isEmpty()) {
            listener.hear(piece);
        }
    }

    private List<List<GeneratedSequence>> generate(Decoding decoding, List<Order> orders, TokenListener listener) {
        return engine.generate(decoding, orders.stream().map(Order::prompt).toList(), listener);
    }

    private GeneratedText text(Order order, GeneratedSequence sequence) {
        long[] ids = LongStream.concat(Arrays.stream(order.begun()), Arrays.stream(sequence.ids()))
                .toArray();
        return new GeneratedText(Continuation.of(tokenizer, order.earlier(), ids), order.read(), sequence);
    }
}
