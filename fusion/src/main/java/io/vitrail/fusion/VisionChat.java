package io.vitrail.fusion;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextEngine;
import io.vitrail.text.TextListener;
import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.attention.WordMap;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ProcessedImages;
import io.vitrail.vit.image.Tiling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Talks about pictures: with LLaVA, Idefics3, SmolVLM, whose language model reads pictures among the words of a chat.
 *
 * <pre>{@code
 * try (VisionChat chat = VisionChat.load(folder)) {
 *     PictureConversation talk = chat.about(List.of(Image.fromFile(Path.of("photo.jpg"))));
 *     System.out.println(talk.say("What is the cat doing?").text());
 * }
 * }</pre>
 *
 * <p>Thread-safe: any number of threads may hold conversations; they take turns at the model, token by token. A call
 * ends with a {@link io.vitrail.transformer.CallException} when its thread is interrupted or the chat is closed. It
 * holds native memory until it is closed; conversations and answers don't.
 */
public final class VisionChat implements AutoCloseable {
    private static final Set<FusionTask> CHATTING = EnumSet.of(FusionTask.CHATTING, FusionTask.TILED_CHATTING);

    private final LoadedFusionModel<SoftPromptWriter> loaded;
    private final GenerationOptions options;
    private final Optional<Duration> limit;

    private VisionChat(
            LoadedFusionModel<SoftPromptWriter> loaded, GenerationOptions options, Optional<Duration> limit) {
        this.loaded = loaded;
        this.options = options;
        this.limit = limit;
    }

    /** The model of a checkpoint's folder, on the CPU in float32. */
    public static VisionChat load(Path folder) {
        return load(folder, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout, with the options of its own configs; where those
     * don't say how long texts become, answers have up to 256 tokens.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the
     *     others, or the model isn't supported
     * @throws IllegalArgumentException if the checkpoint has no chat template, or isn't of a model that reads pictures
     *     among words; the message names those that do
     */
    public static VisionChat load(Path folder, Compute compute) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return load(checkpoint, compute);
        }
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load(Path, Compute)}, or if the adapter was
     *     made for another model
     */
    public static VisionChat loadMerged(Path folder, PeftAdapter adapter, Compute compute) {
        try (Checkpoint base = Checkpoint.open(folder)) {
            return load(adapter.adapted(base), compute);
        }
    }

    /** The same of a checkpoint that is open. */
    static VisionChat load(Checkpoint checkpoint, Compute compute) {
        LoadedFusionModel<SoftPromptWriter> loaded =
                LoadedFusionModel.load(checkpoint, CHATTING, "chats about pictures", SoftPromptWriter.class, compute);
        try {
            loaded.tokenizer().chatTemplate();
            return new VisionChat(loaded, loaded.model().options(checkpoint), Optional.empty());
        } catch (RuntimeException | Error e) {
            loaded.close();
            throw e;
        }
    }

    /**
     * The same model changed by an adapter. Both share the weights, which stay as they are. Closing the one that is returned
     * frees the adapter alone; this one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public VisionChat with(PeftAdapter adapter) {
        return new VisionChat(loaded.with(adapter), options, limit);
    }

    /** How answers are written: to change them, {@code withOptions(options().toBuilder()….build())}. */
    public GenerationOptions options() {
        return options;
    }

    /** The same chat, which writes otherwise. Closing either closes both. */
    public VisionChat withOptions(GenerationOptions others) {
        return new VisionChat(loaded, Check.given(others, "options"), limit);
    }

    /**
     * The same chat, whose calls answer within a time or not at all. Closing either closes both.
     *
     * @param time from 1 millisecond to 365 days
     */
    public VisionChat withDeadline(Duration time) {
        Patience.of(time); // an error now, if it is none
        return new VisionChat(loaded, options, Optional.of(time));
    }

    /** The answer to a question about a picture, by itself. */
    public GeneratedText answer(Image image, String question) {
        return about(List.of(Check.given(image, "image"))).say(question);
    }

    /**
     * A conversation that begins with pictures, each of which goes through the vision tower once.
     *
     * @param images at least 1
     */
    public PictureConversation about(List<Image> images) {
        Check.that(!Check.allGiven(images, "images").isEmpty(), "A conversation about pictures needs at least one.");
        return new PictureConversation(this, images);
    }

    /** What the model sees of a picture. */
    PictureTokens see(Image image) {
        return see(image, patience());
    }

    private PictureTokens see(Image image, Patience patience) {
        try (NDManager outside = DjlEngine.newManager(Device.cpu());
                ProcessedImages processed = loaded.processor().process(List.of(image), outside)) {
            return loaded.session()
                    .run(patience, (model, scope, pass) -> PictureTokens.of(processed, model, scope, pass));
        }
    }

    /**
     * What the assistant says next; heard while it is being written, if there is a listener.
     *
     * @param messages as chat templates take them, with a place for each picture
     */
    GeneratedText reply(JsonNode messages, List<PictureTokens> pictures, Optional<TextListener> listener) {
        TextEngine engine = TextEngine.of(loaded.tokenizer(), options);
        TextEngine.Order order = order(messages, pictures);
        try (Decoding decoding = decoding(pictures, patience())) {
            return listener.map(heard -> engine.write(decoding, order, heard))
                    .orElseGet(
                            () -> engine.write(decoding, List.of(order)).get(0).get(0));
        }
    }

    /** By question about a picture, each by itself: as many answers as the options say. The picture is seen once. */
    List<List<GeneratedText>> replies(Image image, List<String> questions, Patience patience) {
        TextEngine engine = TextEngine.of(loaded.tokenizer(), options);
        List<PictureTokens> picture = List.of(see(image, patience));
        List<List<GeneratedText>> replies = new ArrayList<>();
        for (String question : questions) {
            try (Decoding decoding = decoding(picture, patience)) {
                replies.addAll(engine.write(decoding, List.of(order(question, picture))));
            }
        }
        return replies;
    }

    /** Where the words of such an answer came from. */
    List<WordMap> sources(Image image, String question, GeneratedText answer, Patience patience) {
        long[] asked = order(question, List.of(see(image, patience))).prompt().ids();
        return WordSources.of(loaded, image, WrittenText.of(asked, answer), patience);
    }

    private TextEngine.Order order(String question, List<PictureTokens> pictures) {
        ArrayNode messages = JsonNodeFactory.instance.arrayNode();
        return order(messages.add(PictureConversation.question(question, pictures.size())), pictures);
    }

    private Decoding decoding(List<PictureTokens> pictures, Patience patience) {
        return CachedDecoding.reading(
                loaded.session(),
                SoftPromptWriter::decoder,
                (model, prompts, pass) -> model.read(
                        prompts, PictureTokens.joined(pictures, prompts.ids().getManager()), pass),
                patience);
    }

    private TextEngine.Order order(JsonNode messages, List<PictureTokens> pictures) {
        SoftPromptWriter model = loaded.model();
        Tokenizer tokenizer = loaded.tokenizer();
        String prompt = tokenizer.chatTemplate().render(messages, true, Map.of());
        List<Tiling> tilings = pictures.stream().map(PictureTokens::tiling).toList();
        boolean begun = tokenizer
                .specialTokens()
                .token("bos")
                .filter(prompt::startsWith)
                .isPresent();
        EncodeOptions encoding = EncodeOptions.builder().specialTokens(!begun).build();
        long[] ids = model.ids(prompt, tilings, tokenizer, encoding);
        long[] words = Arrays.stream(ids).filter(id -> id != model.imageToken()).toArray();
        return new TextEngine.Order(Prompt.of(ids), ids.length, words, new long[0]);
    }

    private Patience patience() {
        return limit.map(Patience::of).orElseGet(Patience::endless);
    }

    @Override
    public void close() {
        loaded.close();
    }
}
