package io.vitrail.text;

import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.template.ChatMessage;
import io.vitrail.text.tokenizer.template.ChatTemplate;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Continues texts, and answers in chats.
 *
 * <pre>{@code
 * try (TextGenerator generator = TextGenerator.load(folder)) {
 *     System.out.println(generator.generate("Once upon a time").text());
 * }
 * }</pre>
 *
 * <p>Thread-safe: any number of threads may call one generator; they take turns at the model, token by token. A call
 * ends with a {@link io.vitrail.transformer.CallException} when its thread is interrupted or the generator is closed.
 * It holds native memory until it is closed; its results don't.
 */
public final class TextGenerator implements WritingTask {
    private static final String ASSISTANT = "assistant";

    private final LoadedTextModel<TextDecoder> loaded;
    private final TextWriter writer;
    private final ChatMemory read;
    private final Optional<SoftPrompt> prompt;

    private TextGenerator(
            LoadedTextModel<TextDecoder> loaded, TextWriter writer, ChatMemory read, Optional<SoftPrompt> prompt) {
        this.loaded = loaded;
        this.writer = writer;
        this.read = read;
        this.prompt = prompt;
    }

    /** The model of a checkpoint's folder, on the CPU in float32. */
    public static TextGenerator load(Path folder) {
        return load(folder, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout, with the options of its generation_config.json;
     * where that doesn't say how long texts become, they have up to 256 new tokens.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the
     *     others, or the model isn't supported
     * @throws IllegalArgumentException if the model doesn't continue texts
     */
    public static TextGenerator load(Path folder, Compute compute) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            GenerationOptions options = GenerationOptions.of(checkpoint);
            return of(LoadedTextModel.load(checkpoint, TextTask.NEXT_TOKEN, TextDecoder.class, compute), options);
        }
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load}, or if the adapter was made for
     *     another model
     */
    public static TextGenerator loadMerged(Path folder, PeftAdapter adapter, Compute compute) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            GenerationOptions options = GenerationOptions.of(checkpoint);
            Checkpoint merged = adapter.adapted(checkpoint);
            return of(LoadedTextModel.load(merged, TextTask.NEXT_TOKEN, TextDecoder.class, compute), options);
        }
    }

    private static TextGenerator of(LoadedTextModel<TextDecoder> loaded, GenerationOptions options) {
        TextWriter writer = TextWriter.of(
                loaded.tokenizer(), options, (orders, patience) -> CachedDecoding.of(loaded.session(), patience));
        return new TextGenerator(loaded, writer, new ChatMemory(loaded.session()), Optional.empty());
    }

    /**
     * The same model changed by an adapter. Both generators share the weights, which stay as they are. Closing the one that is
     * returned frees the adapter alone; this one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public TextGenerator with(PeftAdapter adapter) {
        LoadedTextModel<TextDecoder> other = loaded.with(adapter);
        return new TextGenerator(
                other,
                writer.withOpening((orders, patience) -> CachedDecoding.of(other.session(), patience)),
                new ChatMemory(other.session()),
                Optional.empty());
    }

    /**
     * The same generator, which reads a soft prompt before each text. Closing either closes both.
     *
     * @throws IllegalArgumentException if the model reads nothing but words, or has another width
     */
    public TextGenerator withPrompt(SoftPrompt learned) {
        learned.check(loaded.model());
        return new TextGenerator(
                loaded,
                writer.withOpening((orders, patience) -> new PromptedDecoding(learned, loaded.session(), patience)),
                read,
                Optional.of(learned));
    }

    /**
     * How texts are written: to change them, {@code generator.withOptions(generator.options().toBuilder()….build())}.
     */
    @Override
    public GenerationOptions options() {
        return writer.options();
    }

    /** The same generator, which writes otherwise. Closing either closes both. */
    public TextGenerator withOptions(GenerationOptions options) {
        return new TextGenerator(loaded, writer.withOptions(options), read, prompt);
    }

    /**
     * The same generator, whose calls answer within a time or not at all. Closing either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public TextGenerator withDeadline(Duration limit) {
        return new TextGenerator(loaded, writer.withDeadline(limit), read, prompt);
    }

    /**
     * What follows a prompt; of an empty one, what follows the token that texts begin with.
     *
     * @throws IllegalArgumentException if the prompt is longer than the model's positions, or empty where the
     *     checkpoint names no token that texts begin with
     */
    @Override
    public GeneratedText generate(String prompt) {
        return generate(List.of(Check.given(prompt, "prompt"))).get(0);
    }

    /** The same, heard while it is being written; not by beam search, which decides in the end. */
    @Override
    public GeneratedText generate(String prompt, TextListener listener) {
        return writer.write(order(Check.given(prompt, "prompt")), Check.given(listener, "listener"));
    }

    /** What follows several prompts, which are continued together; results in their order. */
    @Override
    public List<GeneratedText> generate(List<String> prompts) {
        return variants(prompts).stream().map(texts -> texts.get(0)).toList();
    }

    /** By prompt: as many texts as the options' returned sequences, best first in beam search. */
    @Override
    public List<List<GeneratedText>> variants(List<String> prompts) {
        return writer.write(
                Check.allGiven(prompts, "prompts").stream().map(this::order).toList());
    }

    /**
     * What the assistant says next in a chat; of a last message of its own, how it goes on. What the model has read of
     * the last chat is kept, so that of a chat that goes on only the new messages go through it.
     *
     * @throws IllegalArgumentException if the checkpoint has no chat template, or that refuses the messages
     */
    public GeneratedText chat(List<ChatMessage> messages) {
        return chatting().write(List.of(order(messages))).get(0).get(0);
    }

    /** The same, heard while it is being written. */
    public GeneratedText chat(List<ChatMessage> messages, TextListener listener) {
        return chatting().write(order(messages), Check.given(listener, "listener"));
    }

    /** A chat that remembers what was said. */
    public Conversation conversation() {
        return new Conversation(this, List.of());
    }

    /** A chat that remembers what was said, and begins with an instruction to the assistant. */
    public Conversation conversation(String system) {
        return new Conversation(this, List.of(ChatMessage.system(Check.given(system, "system"))));
    }

    /** What was read of a chat is kept, but for one behind a soft prompt. */
    private TextWriter chatting() {
        if (prompt.isPresent()) {
            return writer;
        }
        return writer.withOpening(
                (orders, patience) -> read.open(orders.get(0).prompt().ids(), patience));
    }

    private TextWriter.Order order(String prompt) {
        return order(prompt, EncodeOptions.defaults());
    }

    /** The template brings special tokens along. */
    private TextWriter.Order order(List<ChatMessage> messages) {
        return order(
                prompt(messages), EncodeOptions.builder().specialTokens(false).build());
    }

    private TextWriter.Order order(String prompt, EncodeOptions encoding) {
        Encoding read = loaded.tokenizer().encode(prompt, encoding);
        long[] ids = read.length() > 0 ? read.ids() : new long[] {begin()};
        return new TextWriter.Order(read, Prompt.of(ids), ids);
    }

    private long begin() {
        return options()
                .bos()
                .orElseThrow(() -> new IllegalArgumentException(
                        "The prompt is empty, and the checkpoint names no token that texts begin with (bos_token_id).\n"
                                + "  try:  a prompt."));
    }

    private String prompt(List<ChatMessage> messages) {
        Check.that(!Check.allGiven(messages, "messages").isEmpty(), "A chat needs at least one message.");
        ChatTemplate template = loaded.tokenizer().chatTemplate();
        ChatMessage last = messages.get(messages.size() - 1);
        return last.role().equals(ASSISTANT)
                ? open(template.render(messages, false), last.content())
                : template.render(messages, true);
    }

    /** A chat without what the template puts behind the last message, so that it can go on. */
    private static String open(String chat, String message) {
        int begin = chat.lastIndexOf(message.strip());
        Check.that(begin >= 0, "The chat template changes the last message, so it can't be continued.");
        boolean kept = chat.startsWith(message.stripLeading(), begin);
        return chat.substring(0, begin + (kept ? message.stripLeading() : message.strip()).length());
    }

    @Override
    public void close() {
        read.close();
        loaded.close();
    }
}
