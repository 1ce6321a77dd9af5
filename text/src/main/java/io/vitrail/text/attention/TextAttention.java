package io.vitrail.text.attention;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextEncoder;
import io.vitrail.text.TextInput;
import io.vitrail.text.TextModel;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.text.TextToTextModel;
import io.vitrail.text.attention.AttentionStack.Kind;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Shows what the tokens of a text take from one another in a model.
 *
 * <pre>{@code
 * try (TextAttention attention = TextAttention.load(folder)) {
 *     TextAttentionPage.of(attention.attend("The cat sat because it was tired.")).save(Path.of("attention.html"));
 * }
 * }</pre>
 *
 * <p>Thread-safe; calls take turns at the model. It computes readably, in float32, and holds native memory until it is
 * closed; its results don't: they take 4 bytes × layers × heads × tokens² of the Java heap.
 */
public final class TextAttention implements AutoCloseable {
    /** All weights are held at once, and grow with the square of the tokens. */
    private static final int MOST_TOKENS = 1024;

    private static final String READING = "encoder_";
    private static final String WRITING = "decoder_";
    private static final String CROSS = "cross_";
    private static final String ONLY = "";

    private final Session<TextModel> session;
    private final Tokenizer tokenizer;
    private final ConfigJson config;

    private TextAttention(Session<TextModel> session, Tokenizer tokenizer, ConfigJson config) {
        this.session = session;
        this.tokenizer = tokenizer;
        this.config = config;
    }

    /** The model of a checkpoint's folder in the Hugging Face layout, on the CPU. */
    public static TextAttention load(Path folder) {
        return load(folder, Device.cpu());
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout: any that reads or writes text.
     *
     * @throws CheckpointException if a file is missing, damaged or doesn't fit the others
     * @throws IllegalArgumentException if the model isn't supported
     */
    public static TextAttention load(Path folder, Device device) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            Session<TextModel> session = TextModels.load(
                    checkpoint, TextTask.FEATURES, TextModel.class, ReadableOperations.INSTANCE, device);
            try {
                return new TextAttention(session, Tokenizer.load(folder), ConfigJson.of(checkpoint));
            } catch (RuntimeException | Error e) {
                session.close();
                throw e;
            }
        }
    }

    /** Whether the model reads one text and writes another. */
    public boolean writesAnother() {
        return session.model() instanceof TextToTextModel;
    }

    /**
     * The attention over a text.
     *
     * @throws IllegalArgumentException if the model takes no text as long, or it has no tokens
     */
    public SentenceAttention attend(String text) {
        TokenView view = TokenView.read(tokenizer, text);
        checkLength(view, maxTokens(session.model()));
        return session.run((model, scope, pass) -> {
            Trace trace = Trace.of(scope, Set.of(Trace.Stage.ATTENTIONS));
            Kind kind = read(model, input(view, scope), pass.withTrace(trace));
            AttentionStack stack = stack(kind, ONLY, view, view, trace);
            return new SentenceAttention(text, Optional.empty(), List.of(stack));
        });
    }

    /**
     * The attention of a model that reads one text and writes another.
     *
     * @param target what it writes: each of its tokens sees those before it and the whole text
     * @throws IllegalArgumentException if the model isn't one of those, takes no texts as long, or one has no tokens
     */
    public SentenceAttention attend(String text, String target) {
        Check.that(writesAnother(), "This model has one text only; it doesn't read one and write another.");
        TextToTextModel both = (TextToTextModel) session.model();
        TokenView source = TokenView.read(tokenizer, text);
        TokenView written = begun(TokenView.written(tokenizer, target));
        checkLength(source, both.maxSourceTokens());
        checkLength(written, both.maxTokens());
        return session.run((model, scope, pass) -> {
            Trace trace = Trace.of(scope, Set.of(Trace.Stage.ATTENTIONS));
            Tokens read = both.encode(input(source, scope), pass.withTrace(trace.prefixed(READING)));
            both.states(
                    input(written, scope),
                    pass.withTrace(trace.prefixed(WRITING)).withContext(read));
            List<AttentionStack> stacks = List.of(
                    stack(Kind.READING, READING, source, source, trace),
                    stack(Kind.WRITING, WRITING, written, written, trace),
                    stack(Kind.CROSS, CROSS, written, source, trace));
            return new SentenceAttention(text, Optional.of(target), stacks);
        });
    }

    /** What a decoder reads while it writes: the token that it begins with, and all of the text but the last token. */
    private TokenView begun(TokenView target) {
        Check.that(target.ids().length > 0, "The text that is written has no tokens.");
        long first = config.integer("decoder_start_token_id", 0);
        long[] ids = new long[target.ids().length];
        ids[0] = first;
        System.arraycopy(target.ids(), 0, ids, 1, ids.length - 1);
        List<ShownToken> shown = new ArrayList<>();
        shown.add(TokenView.special(tokenizer.token(first).orElse("start")));
        shown.addAll(target.shown().subList(0, ids.length - 1));
        return new TokenView(ids, shown);
    }

    private static Kind read(TextModel model, TextInput input, Pass pass) {
        if (model instanceof TextEncoder encoder) {
            encoder.features(input, pass);
            return Kind.READING;
        }
        if (model instanceof TextToTextModel both) {
            both.encode(input, pass);
            return Kind.READING;
        }
        Check.that(
                model instanceof TextDecoder,
                "This model reads texts segment by segment, with what it remembers of those before; its attention isn't shown.");
        ((TextDecoder) model).states(input, pass);
        return Kind.WRITING;
    }

    private static int maxTokens(TextModel model) {
        if (model instanceof TextEncoder encoder) {
            return encoder.maxTokens();
        }
        return model instanceof TextToTextModel both ? both.maxSourceTokens() : ((TextDecoder) model).maxTokens();
    }

    private static void checkLength(TokenView view, int modelsMost) {
        int tokens = view.ids().length;
        int most = Math.min(modelsMost, MOST_TOKENS);
        Check.that(tokens > 0, "The text has no tokens, and its tokenizer adds none.");
        Check.that(
                tokens <= most,
                "The text has %d tokens, special ones included; %s at most %d.%n  try:  a shorter text.",
                tokens,
                modelsMost <= MOST_TOKENS ? "the model takes" : "attention is shown over",
                most);
    }

    private static TextInput input(TokenView view, NDManager scope) {
        return TextInput.of(scope.create(view.ids(), new Shape(1, view.ids().length)));
    }

    private static AttentionStack stack(Kind kind, String prefix, TokenView queries, TokenView keys, Trace trace) {
        Map<String, NDArray> recorded = trace.recorded();
        List<AttentionWeights> layers = new ArrayList<>();
        String name = prefix + "attentions.";
        while (recorded.containsKey(name + layers.size())) {
            NDArray weights = recorded.get(name + layers.size()); // [1, heads, queries, keys]
            Shape s = weights.getShape();
            layers.add(new AttentionWeights(
                    Math.toIntExact(s.get(1)),
                    Math.toIntExact(s.get(2)),
                    Math.toIntExact(s.get(3)),
                    weights.toFloatArray()));
        }
        Check.that(!layers.isEmpty(), "This model has no attention layers, so there is nothing to show.");
        return new AttentionStack(kind, queries.shown(), keys.shown(), layers);
    }

    @Override
    public void close() {
        session.close();
        tokenizer.close();
    }
}
