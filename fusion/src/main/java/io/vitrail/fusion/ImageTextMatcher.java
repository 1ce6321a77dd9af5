package io.vitrail.fusion;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.ModelCatalogue;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * Says how well texts describe a picture. However many there are, the picture goes through the vision tower, if there
 * is one, once.
 *
 * <pre>{@code
 * try (ImageTextMatcher matcher = ImageTextMatcher.load(folder)) {
 *     System.out.println(matcher.match(Image.fromFile(Path.of("photo.jpg")), "a cat on a table").probability());
 * }
 * }</pre>
 *
 * <p>Thread-safe, like {@link VisualQuestionAnswerer}. It holds native memory until it is closed; its results don't.
 */
public final class ImageTextMatcher implements AutoCloseable {
    /**
     * How well a text describes a picture.
     *
     * @param text as given
     * @param score by which the texts of a picture can be ordered: the higher, the better
     * @param probability that they are a pair, of a model that tells (BLIP): the score's sigmoid
     * @param cosine of their vectors, each made without the other, of a model that makes such (BLIP, CoCa): from -1
     *     to 1
     */
    public record Match(String text, double score, OptionalDouble probability, OptionalDouble cosine) {}

    /** Makes what matches of a checkpoint. */
    @FunctionalInterface
    private interface Loader {
        PictureMatches load(Checkpoint checkpoint, Compute compute);
    }

    private static final Map<String, Loader> BY_TYPE =
            Map.of("blip", BlipMatches::load, "coca", ContrastiveMatches::load, "vilt", ViltMatches::load);

    private final PictureMatches matches;
    private final Supplier<Patience> patience;

    private ImageTextMatcher(PictureMatches matches, Supplier<Patience> patience) {
        this.matches = matches;
        this.patience = patience;
    }

    /** The model of a checkpoint's folder, on the CPU in float32. */
    public static ImageTextMatcher load(Path folder) {
        return load(folder, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the
     *     others, or the model isn't supported
     * @throws IllegalArgumentException if the checkpoint isn't of a model that matches pictures and texts; the
     *     message names those that do
     */
    public static ImageTextMatcher load(Path folder, Compute compute) {
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
    public static ImageTextMatcher loadMerged(Path folder, PeftAdapter adapter, Compute compute) {
        try (Checkpoint base = Checkpoint.open(folder)) {
            return load(adapter.adapted(base), compute);
        }
    }

    private static ImageTextMatcher load(Checkpoint checkpoint, Compute compute) {
        String type = ModelCatalogue.type(ConfigJson.of(checkpoint));
        Loader loader = BY_TYPE.getOrDefault(type, BlipMatches::load); // which refuses it, and says what fits
        return new ImageTextMatcher(loader.load(checkpoint, compute), Patience::endless);
    }

    /**
     * The same model changed by an adapter. Both share the weights, which stay as they are. Closing the one that is
     * returned frees the adapter alone; this one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public ImageTextMatcher with(PeftAdapter adapter) {
        return new ImageTextMatcher(matches.with(adapter), patience);
    }

    /**
     * The same matcher, whose calls answer within a time or not at all. Closing either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public ImageTextMatcher withDeadline(Duration limit) {
        Patience.of(limit); // an error now, if it is none
        return new ImageTextMatcher(matches, () -> Patience.of(limit));
    }

    /** How well a text describes a picture. */
    public Match match(Image image, String text) {
        return match(image, List.of(Check.given(text, "text"))).get(0);
    }

    /** How well each of several texts does, in their order; none depends on the other texts. */
    public List<Match> match(Image image, List<String> texts) {
        return matches.match(image, Check.allGiven(texts, "texts"), patience.get());
    }

    @Override
    public void close() {
        matches.close();
    }
}
