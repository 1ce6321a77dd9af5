package io.vitrail.fusion;

import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextListener;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.EmbeddedCheckpoint;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Says in a sentence what a picture shows.
 *
 * <pre>{@code
 * try (ImageCaptioner captioner = ImageCaptioner.load(folder)) {
 *     System.out.println(captioner.caption(Image.fromFile(Path.of("photo.jpg"))).text());
 * }
 * }</pre>
 *
 * <p>How sure the model was is the caption's {@link GeneratedText#meanLogProbability()}.
 *
 * <p>Thread-safe: any number of threads may call one captioner; they take turns at the model, token by token. A call
 * ends with a {@link io.vitrail.transformer.CallException} when its thread is interrupted or the captioner is closed.
 * It holds native memory until it is closed; its results don't.
 */
public final class ImageCaptioner implements AutoCloseable {
    private final PictureTexts texts;

    private ImageCaptioner(PictureTexts texts) {
        this.texts = texts;
    }

    /** The model of a checkpoint's folder, on the CPU in float32. */
    public static ImageCaptioner load(Path folder) {
        return load(folder, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout, with the options of its own configs; where those
     * don't say how long texts become, captions have up to 256 tokens.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the
     *     others, or the model isn't supported
     * @throws IllegalArgumentException if the checkpoint isn't of a model that writes about pictures; the message names
     *     those that do
     */
    public static ImageCaptioner load(Path folder, Compute compute) {
        return new ImageCaptioner(PictureTexts.load(folder, "captions", compute));
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load(Path, Compute)}, or if the adapter was
     *     made for another model
     */
    public static ImageCaptioner loadMerged(Path folder, PeftAdapter adapter, Compute compute) {
        try (Checkpoint base = Checkpoint.open(folder)) {
            return new ImageCaptioner(PictureTexts.load(adapter.adapted(base), "captions", compute));
        }
    }

    /** The embedded small model, on the CPU in float32; it works offline. */
    public static ImageCaptioner embedded() {
        return embedded(Compute.DEFAULT);
    }

    /**
     * The embedded small model, which this project trained: a frame of a sentence with the plainest things in it, such as
     * animals and vehicles. For real captions load a real model.
     */
    public static ImageCaptioner embedded(Compute compute) {
        try (EmbeddedCheckpoint files = EmbeddedCaptioner.unpack()) {
            return load(files.folder(), compute);
        }
    }

    /**
     * The same model changed by an adapter. Both captioners share the weights, which stay as they are, and take turns. Closing
     * the one that is returned frees the adapter alone; this one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public ImageCaptioner with(PeftAdapter adapter) {
        return new ImageCaptioner(texts.with(adapter));
    }

    /** How captions are written: to change them, {@code withOptions(options().toBuilder()….build())}. */
    public GenerationOptions options() {
        return texts.options();
    }

    /** The same captioner, which writes otherwise. Closing either closes both. */
    public ImageCaptioner withOptions(GenerationOptions options) {
        return new ImageCaptioner(texts.withOptions(options));
    }

    /**
     * The same captioner, whose captions begin with given words, such as {@code "a photo of"}. Closing either closes
     * both.
     *
     * @param words "" for free captions
     */
    public ImageCaptioner withPrompt(String words) {
        return new ImageCaptioner(texts.withPrompt(Check.given(words, "words")));
    }

    /**
     * The same captioner, whose calls answer within a time or not at all; for one call: {@code
     * captioner.withDeadline(Duration.ofSeconds(5)).caption(image)}. Of a stream each batch has this time. Closing
     * either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public ImageCaptioner withDeadline(Duration limit) {
        return new ImageCaptioner(texts.withDeadline(limit));
    }

    /**
     * The same captioner, which captions pictures of several callers together. It pays where many threads ask for one
     * picture each, and costs a lone caller the wait. Calls that draw with a seed go by themselves, since what is drawn
     * would depend on the others. Closing either closes both.
     *
     * @param most pictures in a batch at most; those of a list, eight at a time, stay together even if they are more
     * @param wait how long a picture waits for others while no batch is being captioned, 0 to 60 seconds. With 0 no
     *     time is lost: pictures only gather while others are being captioned.
     */
    public ImageCaptioner batching(int most, Duration wait) {
        return new ImageCaptioner(texts.batching(most, wait));
    }

    /** The caption of a picture: the best one, where options ask for several. */
    public GeneratedText caption(Image image) {
        return caption(List.of(Check.given(image, "image"))).get(0);
    }

    /**
     * The same, heard while it is being written, by itself; not by beam search, which decides in the end.
     *
     * @throws IllegalArgumentException if the options ask for beams or for several captions
     */
    public GeneratedText caption(Image image, TextListener listener) {
        return texts.write(Check.given(image, "image"), Check.given(listener, "listener"));
    }

    /** Several pictures, in batches; results in their order. */
    public List<GeneratedText> caption(List<Image> images) {
        return variants(images).stream().map(captions -> captions.get(0)).toList();
    }

    /**
     * Any number of pictures in constant memory: they are taken from the stream a batch at a time, as captions are
     * asked for. Of files that are decoded as the stream goes only one picture is in memory, however large the others
     * are.
     */
    public Stream<GeneratedText> caption(Stream<Image> images) {
        return texts.write(images).map(captions -> captions.get(0));
    }

    /** By picture: as many captions as the options' returned sequences, best first in beam search. */
    public List<List<GeneratedText>> variants(List<Image> images) {
        return texts.write(Check.given(images, "images"));
    }

    /**
     * The caption of a picture, and which parts of the picture the model looked at while it wrote each word: {@code
     * HeatOverlay.of(image, word.map())} is such a map over the photo, and {@code new WordPage("photo.jpg", image,
     * explained.words())} a page of all. A deadline holds for the caption and for the maps.
     *
     * @throws IllegalArgumentException if it can't be told which patches the model's words take from
     */
    public ExplainedCaption explain(Image image) {
        return texts.explain(Check.given(image, "image"));
    }

    @Override
    public void close() {
        texts.close();
    }
}
