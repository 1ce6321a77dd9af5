package io.vitrail.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a text of another one: translates, summarises, answers.
 *
 * <pre>{@code
 * try (TextToText textToText = TextToText.load(folder)) {
 *     System.out.println(textToText.generate("translate English to German: The window is old.").text());
 * }
 * }</pre>
 *
 * <p>Thread-safe, like {@link TextGenerator}. It holds native memory until it is closed; its results don't.
 */
public final class TextToText implements WritingTask {
    private static final String PREFIX = "prefix";

    private final LoadedTextModel<TextToTextModel> loaded;
    private final JsonNode tasks;
    private final TextWriter writer;
    private final String prefix;

    private TextToText(LoadedTextModel<TextToTextModel> loaded, JsonNode tasks, TextWriter writer, String prefix) {
        this.loaded = loaded;
        this.tasks = tasks;
        this.writer = writer;
        this.prefix = prefix;
    }

    /** The model of a checkpoint's folder, on the CPU in float32. */
    public static TextToText load(Path folder) {
        return load(folder, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout, with the options of its generation_config.json;
     * where that doesn't say how long texts become, they have up to 256 tokens.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the
     *     others, or the model isn't supported
     * @throws IllegalArgumentException if the model doesn't make texts of texts
     */
    public static TextToText load(Path folder, Compute compute) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return of(
                    checkpoint,
                    LoadedTextModel.load(checkpoint, TextTask.TEXT_TO_TEXT, TextToTextModel.class, compute));
        }
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load(Path, Compute)}, or if the adapter was made for
     *     another model
     */
    public static TextToText loadMerged(Path folder, PeftAdapter adapter, Compute compute) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            Checkpoint merged = adapter.adapted(checkpoint);
            return of(merged, LoadedTextModel.load(merged, TextTask.TEXT_TO_TEXT, TextToTextModel.class, compute));
        }
    }

    private static TextToText of(Checkpoint checkpoint, LoadedTextModel<TextToTextModel> loaded) {
        try {
            GenerationOptions options = GenerationOptions.of(checkpoint);
            JsonNode tasks = checkpoint.config().path("task_specific_params");
            String prefix = ConfigJson.of(checkpoint).text(PREFIX, "");
            TextWriter writer = TextWriter.of(loaded.tokenizer(), options, opening(loaded));
            return new TextToText(loaded, tasks, writer, prefix);
        } catch (RuntimeException | Error e) {
            loaded.close();
            throw e;
        }
    }

    private static TextWriter.Opening opening(LoadedTextModel<TextToTextModel> loaded) {
        return (orders, patience) -> CachedDecoding.asking(
                loaded.session(),
                model -> model,
                (model, manager, pass) -> model.encode(
                        PaddedRows.input(
                                orders.stream().map(TextWriter.Order::read).toList(), 0, manager),
                        pass),
                patience);
    }

    /**
     * The same model changed by an adapter. Both share the weights, which stay as they are. Closing the one that is
     * returned frees the adapter alone; this one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public TextToText with(PeftAdapter adapter) {
        LoadedTextModel<TextToTextModel> other = loaded.with(adapter);
        return new TextToText(other, tasks, writer.withOpening(opening(other)), prefix);
    }

    /** How texts are written: to change them, {@code withOptions(options().toBuilder()….build())}. */
    @Override
    public GenerationOptions options() {
        return writer.options();
    }

    /** The same, which writes otherwise. Closing either closes both. */
    public TextToText withOptions(GenerationOptions options) {
        return new TextToText(loaded, tasks, writer.withOptions(options), prefix);
    }

    /**
     * The same, whose calls answer within a time or not at all. Closing either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public TextToText withDeadline(Duration limit) {
        return new TextToText(loaded, tasks, writer.withDeadline(limit), prefix);
    }

    /** The same, which puts something before each text, such as {@code "summarize: "}. Closing either closes both. */
    public TextToText withPrefix(String other) {
        return new TextToText(loaded, tasks, writer, Check.given(other, "prefix"));
    }

    /** The tasks that the checkpoint's config.json has a prefix and options for (task_specific_params). */
    public Set<String> tasks() {
        Set<String> names = new TreeSet<>();
        tasks.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /**
     * The same with the prefix and the options of one of the {@link #tasks()}. Closing either closes both.
     *
     * @throws IllegalArgumentException if the checkpoint doesn't know the task
     */
    public TextToText forTask(String name) {
        Check.that(tasks.path(name).isObject(), "The checkpoint has no task '%s'; it has %s.", name, tasks());
        ObjectNode settings = tasks.path(name).deepCopy();
        String its = Optional.ofNullable(settings.remove(PREFIX))
                .map(JsonNode::asText)
                .orElse(prefix);
        return withOptions(options().with(new ConfigJson(settings))).withPrefix(its);
    }

    /**
     * The text that is made of another one.
     *
     * @throws IllegalArgumentException if the text has more tokens than the model reads
     */
    @Override
    public GeneratedText generate(String text) {
        return generate(List.of(Check.given(text, "text"))).get(0);
    }

    /** The same, heard while it is being written; not by beam search, which decides in the end. */
    @Override
    public GeneratedText generate(String text, TextListener listener) {
        return writer.write(order(Check.given(text, "text")), Check.given(listener, "listener"));
    }

    /** The texts that are made of several, together; results in their order. */
    @Override
    public List<GeneratedText> generate(List<String> texts) {
        return variants(texts).stream().map(made -> made.get(0)).toList();
    }

    /** By text: as many as the options' returned sequences, best first in beam search. */
    @Override
    public List<List<GeneratedText>> variants(List<String> texts) {
        return writer.write(
                Check.allGiven(texts, "texts").stream().map(this::order).toList());
    }

    private TextWriter.Order order(String text) {
        Encoding read = loaded.tokenizer().encode(prefix + text);
        int most = loaded.model().maxSourceTokens();
        Check.that(read.length() > 0, "The text has no tokens, and its tokenizer adds none.");
        Check.that(
                read.length() <= most,
                "The text has %d tokens, special ones included; the model reads at most %d.%n"
                        + "  try:  a shorter text, or a part at a time.",
                read.length(),
                most);
        Prompt prompt = Prompt.of(options().start()).withSource(read.ids());
        return new TextWriter.Order(read, prompt, new long[0]);
    }

    @Override
    public void close() {
        loaded.close();
    }
}
