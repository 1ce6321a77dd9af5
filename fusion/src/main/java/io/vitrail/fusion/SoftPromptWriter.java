package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextInput;
import io.vitrail.text.TextToTextModel;
import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.KeyValueCache;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.image.Tiling;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * One stream: a picture becomes tokens of a language model, which stand among the words of its prompt as if they were
 * words (Tsimpoukelli et al. 2021, "Multimodal Few-Shot Learning with Frozen Language Models", section 3). The prompt
 * keeps places free for them: image tokens, ids that stand for nothing else. As a DJL block it maps pixels to the
 * pictures' tokens.
 */
public abstract class SoftPromptWriter extends FusionModel {
    /**
     * What is read; made in the pass that reads it, in the given manager.
     *
     * @param texts prompts, of which a model whose encoder reads them needs no more
     * @param pictures in the order of their places in the texts
     */
    public record Reading(Function<NDManager, TextInput> texts, Function<NDManager, VisionInput> pictures) {}

    private final TextDecoder decoder;
    private final int imageToken;

    /**
     * @param imageToken the id that keeps a place free
     * @param key the config's for it
     */
    SoftPromptWriter(TextDecoder decoder, int imageToken, String key) {
        Check.that(
                decoder.readsVectors(),
                "config.json: %s reads nothing but words; Llama and its kin, OPT, GPT-2 and T5 read pictures among"
                        + " them.",
                decoder.getClass().getSimpleName());
        Check.that(
                imageToken > 0 && imageToken < decoder.vocabulary(),
                "config.json: %s (%d) must be an id of the language model: from 1 to %d.",
                key,
                imageToken,
                decoder.vocabulary() - 1);
        this.decoder = part("decoder", decoder);
        this.imageToken = imageToken;
    }

    /** The pictures as tokens of the language model: [pictures, picture tokens, width], float32. */
    public abstract NDArray see(VisionInput pictures, Pass pass);

    /** Number of tokens that a picture becomes. */
    public abstract int tokensPerPicture();

    /**
     * The ids of a prompt with places for its pictures, as the family's processor makes them.
     *
     * @param pictures how each was cut into tiles, in their order
     */
    public final long[] ids(String prompt, List<Tiling> pictures, Tokenizer tokenizer) {
        return ids(prompt, pictures, tokenizer, EncodeOptions.defaults());
    }

    /** The same, where the tokenizer is to encode in another way. */
    abstract long[] ids(String prompt, List<Tiling> pictures, Tokenizer tokenizer, EncodeOptions encoding);

    /**
     * A prompt whose places for pictures became those for their tokens.
     *
     * @param image what keeps a picture's place
     * @param tokens what stands for a picture instead
     * @throws IllegalArgumentException if there are more or fewer places than pictures
     */
    static String expanded(String prompt, List<Tiling> pictures, String image, Function<Tiling, String> tokens) {
        String[] words = prompt.split(Pattern.quote(image), -1);
        Check.that(
                words.length == pictures.size() + 1,
                "The prompt has %d places for pictures (%s), but there are %d pictures.%n  try:  one %s for each"
                        + " picture.",
                words.length - 1,
                image,
                pictures.size(),
                image);
        StringBuilder text = new StringBuilder(words[0]);
        for (int i = 0; i < pictures.size(); i++) {
            text.append(tokens.apply(pictures.get(i))).append(words[i + 1]);
        }
        return text.toString();
    }

    /** How the checkpoint's texts are written where nothing else is asked for. */
    public GenerationOptions options(Checkpoint checkpoint) {
        return GenerationOptions.of(checkpoint);
    }

    /** The language model. */
    public final TextDecoder decoder() {
        return decoder;
    }

    /** The id that keeps a place free. */
    public final long imageToken() {
        return imageToken;
    }

    /** What keeps a place free, as text. */
    final String imageToken(Tokenizer tokenizer) {
        return tokenizer
                .token(imageToken)
                .orElseThrow(() -> new IllegalArgumentException(
                        "The tokenizer doesn't know the id of image tokens that config.json names: " + imageToken
                                + "."));
    }

    /** Whether the language model reads the prompt with an encoder and answers, instead of going on with it. */
    public final boolean answers() {
        return decoder instanceof TextToTextModel;
    }

    /** What is written behind, for a prompt of these ids. */
    public final Prompt prompt(long[] ids, GenerationOptions options) {
        return answers() ? Prompt.of(options.start()).withSource(ids) : Prompt.of(ids);
    }

    /**
     * Texts with pictures in their image tokens' places, in reading order; a text may have several, or none.
     *
     * @throws IllegalArgumentException if there are more or fewer places than tokens of pictures
     */
    public final TextInput read(TextInput texts, VisionInput pictures, Pass pass) {
        return read(texts, see(pictures, pass), pass);
    }

    /**
     * The same with pictures that were seen before.
     *
     * @param seen [pictures, picture tokens, width]
     */
    public final TextInput read(TextInput texts, NDArray seen, Pass pass) {
        NDArray words = decoder.embed(texts.ids(), pass); // [batch, tokens, width]
        Shape shape = words.getShape();
        long width = shape.get(2);
        Check.that(
                seen.getShape().get(2) == width,
                "Tokens of pictures are %d wide, those of words %d.",
                seen.getShape().get(2),
                width);
        NDArray rows = words.getManager().create(rows(texts.ids().toLongArray(), seen.getShape()));
        NDArray all = words.reshape(-1, width).concat(seen.reshape(-1, width)); // words, then tokens of pictures
        return texts.withVectors(all.get(rows).reshape(shape));
    }

    /** Which row of all words, followed by all tokens of pictures, each token takes. */
    private long[] rows(long[] ids, Shape seen) {
        long[] rows = new long[ids.length];
        int next = ids.length;
        for (int i = 0; i < ids.length; i++) {
            rows[i] = ids[i] == imageToken ? next++ : i;
        }
        int places = next - ids.length;
        Check.that(
                places == seen.get(0) * seen.get(1),
                "The prompts have %d image tokens (id %d), but the %d pictures need %d each.%n  try:  one image token"
                        + " for each token of each picture, as the family's processor puts them.",
                places,
                imageToken,
                seen.get(0),
                seen.get(1));
        return rows;
    }

    /**
     * Writes behind prompts in which pictures stand; the pictures are seen once, in the first pass.
     *
     * @param session of such a model
     */
    public static <M extends FusionModel> Decoding decoding(Session<M> session, Reading reading, Patience patience) {
        if (!of(session.model()).answers()) {
            return CachedDecoding.reading(
                    session,
                    model -> of(model).decoder(),
                    (model, prompts, pass) -> {
                        NDManager manager = prompts.ids().getManager();
                        return of(model).read(prompts, reading.pictures().apply(manager), pass);
                    },
                    patience);
        }
        return CachedDecoding.asking(
                session,
                model -> of(model).decoder(),
                (model, manager, pass) -> {
                    TextInput texts = reading.texts().apply(manager);
                    TextInput read = of(model).read(texts, reading.pictures().apply(manager), pass);
                    return ((TextToTextModel) of(model).decoder()).encode(read, pass);
                },
                patience);
    }

    /** The same for those who ask where words came from. */
    Sight sight(VisionInput picture, Pass pass) {
        return Sight.of(Tokens.of(see(picture, pass)));
    }

    /** By attention to the picture's tokens among the words; where an encoder reads these, by cross-attention. */
    @Override
    final MeanAttention taken(VisionInput picture, WrittenText text, Pass pass) {
        NDManager scope = picture.pixels().getManager();
        Sight sight = sight(picture, pass);
        long[] ids = answers() ? text.source() : text.read();
        TextInput prompt = TextInput.of(scope.create(ids).expandDims(0));
        TextInput read = read(prompt, sight.tokens().vectors(), pass);
        Trace trace = Trace.of(scope, Set.of(Trace.Stage.ATTENTIONS));
        if (answers()) {
            answer(text, ((TextToTextModel) decoder).encode(read, pass), pass.withTrace(trace));
        } else {
            goOn(read, text.places(0)[0], pass, trace);
        }
        int[] keys = IntStream.range(0, ids.length)
                .filter(place -> ids[place] == imageToken)
                .toArray();
        return MeanAttention.of(trace, answers() ? "cross_attentions." : "attentions.")
                .map(all -> sight.places(all.last(text.written().length).keys(keys)))
                .orElseThrow(WordSources.unknown());
    }

    private void answer(WrittenText text, Tokens source, Pass pass) {
        NDArray ids = source.vectors().getManager().create(text.read()).expandDims(0);
        decoder.states(TextInput.of(ids), pass.withContext(source));
    }

    /**
     * Reads in two passes, of which the second alone is recorded: all tokens' weights are too many.
     *
     * @param first token that is to be recorded; the one before is, too: a single query may be shown fewer keys
     */
    private void goOn(TextInput read, int first, Pass pass, Trace trace) {
        KeyValueCache cache = new KeyValueCache(read.ids().getManager());
        long all = read.ids().getShape().get(1);
        long before = Math.max(0, first - 1);
        if (before > 0) {
            decoder.states(part(read, 0, before), pass.withCache(cache));
            cache.advance(1, before);
        }
        decoder.states(part(read, before, all), pass.withCache(cache).withTrace(trace));
    }

    private static TextInput part(TextInput read, long first, long end) {
        NDArray vectors = read.vectors().orElseThrow();
        return TextInput.of(read.ids().get(":, {}:{}", first, end))
                .withVectors(vectors.get(":, {}:{}", first, end))
                .withLengths(read.ids().getShape().get(1));
    }

    private static SoftPromptWriter of(FusionModel model) {
        return (SoftPromptWriter) model;
    }

    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return see(VisionInput.of(pixels), pass);
    }
}
