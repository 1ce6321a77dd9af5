package io.vitrail.fusion;

import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.Truncation;
import io.vitrail.transformer.Calls;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.LengthBatches;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.vit.VisionCalls;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Turns pictures and texts into vectors of one space, such that a picture's is near those of texts about it. All have
 * length 1.
 *
 * <pre>{@code
 * try (ImageTextEmbedder embedder = ImageTextEmbedder.load(folder)) {
 *     System.out.println(embedder.embedImage(photo).cosine(embedder.embedText("a cat on a table")));
 * }
 * }</pre>
 *
 * <p>Texts that are longer than the model takes are cut. Thread-safe: callers take turns at the model. A call that
 * waits ends with a {@link io.vitrail.transformer.CallException} when its thread is interrupted or the embedder is
 * closed. It holds native memory until it is closed; its results don't.
 */
public final class ImageTextEmbedder implements AutoCloseable {
    private final LoadedContrastive loaded;
    private final VisionCalls<Embedding> pictures;
    private final Calls<List<Encoding>, Embedding> texts;

    private ImageTextEmbedder(
            LoadedContrastive loaded, VisionCalls<Embedding> pictures, Calls<List<Encoding>, Embedding> texts) {
        this.loaded = loaded;
        this.pictures = pictures;
        this.texts = texts;
    }

    /** The CLIP or SigLIP of a checkpoint's folder, on the CPU in float32. */
    public static ImageTextEmbedder load(Path folder) {
        return load(folder, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the
     *     others
     * @throws IllegalArgumentException if the model doesn't compare pictures with texts; the message names those that
     *     do
     */
    public static ImageTextEmbedder load(Path folder, Compute compute) {
        return of(LoadedContrastive.load(folder, compute));
    }

    private static ImageTextEmbedder of(LoadedContrastive loaded) {
        return new ImageTextEmbedder(
                loaded,
                loaded.pictures((model, vectors, pass) -> LoadedContrastive.embeddings(vectors)),
                Calls.of(loaded.texts()));
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load(Path, Compute)}, or if the adapter was
     *     made for another model
     */
    public static ImageTextEmbedder loadMerged(Path folder, PeftAdapter adapter, Compute compute) {
        return of(LoadedContrastive.merged(folder, adapter, compute));
    }

    /**
     * The same model changed by an adapter. Both embedders share the weights, which stay as they are. Deadlines and batching
     * are set anew. Closing the one that is returned frees the adapter alone; this one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public ImageTextEmbedder with(PeftAdapter adapter) {
        return of(loaded.with(adapter));
    }

    /**
     * The same embedder, whose calls answer within a time or not at all. Closing either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public ImageTextEmbedder withDeadline(Duration limit) {
        return new ImageTextEmbedder(loaded, pictures.withDeadline(limit), texts.withDeadline(limit));
    }

    /**
     * The same embedder, which sends pictures, and texts of one length, of several callers through the model
     * together. Closing either closes both.
     *
     * @param most of them in a batch at most
     * @param wait how long one waits for others while the model has nothing to do, 0 to 60 seconds
     */
    public ImageTextEmbedder batching(int most, Duration wait) {
        return new ImageTextEmbedder(loaded, pictures.batching(most, wait), texts.batching(most, wait));
    }

    /** The vector of one picture. */
    public Embedding embedImage(Image image) {
        return embedImages(List.of(Check.given(image, "image"))).get(0);
    }

    /** Several pictures, in batches; results in their order. */
    public List<Embedding> embedImages(List<Image> images) {
        return pictures.answer(Check.given(images, "images"));
    }

    /** Any number of pictures in constant memory, taken from the stream one after the other. */
    public Stream<Embedding> embedImages(Stream<Image> images) {
        return pictures.answer(images);
    }

    /** The vector of one text. */
    public Embedding embedText(String text) {
        return embedTexts(List.of(Check.given(text, "text"))).get(0);
    }

    /** Several texts, in batches; results in their order. */
    public List<Embedding> embedTexts(List<String> sentences) {
        Patience patience = texts.patience();
        return LengthBatches.answer(
                Check.allGiven(sentences, "sentences"),
                String::length,
                LoadedContrastive.BATCH,
                some -> texts.answer(
                        loaded.batches(some, Truncation.LONGEST_FIRST).get(0), patience));
    }

    @Override
    public void close() {
        loaded.close();
    }
}
