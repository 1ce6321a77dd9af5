package io.vitrail.fusion;

import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextListener;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.ModelCatalogue;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads a line of print or handwriting (Li et al. 2021, "TrOCR"). A page has to be cut into its lines before.
 *
 * <pre>{@code
 * try (TextReader reader = TextReader.load(folder)) {
 *     System.out.println(reader.read(Image.fromFile(Path.of("line.png"))).text());
 * }
 * }</pre>
 *
 * <p>Thread-safe, like {@link ImageCaptioner}. It holds native memory until it is closed; its results don't.
 */
public final class TextReader implements AutoCloseable {
    private static final String PURPOSE = "reading lines of text";

    private final PictureTexts texts;

    private TextReader(PictureTexts texts) {
        this.texts = texts;
    }

    /** The model of a checkpoint's folder, on the CPU in float32. */
    public static TextReader load(Path folder) {
        return load(folder, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout, with the options of its generation_config.json;
     * where that doesn't say how long texts become, they have up to 256 tokens.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the
     *     others, or the model isn't supported
     * @throws IllegalArgumentException if the checkpoint isn't of a vision tower and a decoder of text
     */
    public static TextReader load(Path folder, Compute compute) {
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
    public static TextReader loadMerged(Path folder, PeftAdapter adapter, Compute compute) {
        try (Checkpoint base = Checkpoint.open(folder)) {
            return load(adapter.adapted(base), compute);
        }
    }

    private static TextReader load(Checkpoint checkpoint, Compute compute) {
        if (!ModelCatalogue.type(ConfigJson.of(checkpoint)).equals(VisionEncoderDecoder.TYPE)) {
            throw LoadedFusionModel.unfit(
                    checkpoint, PURPOSE, "a VisionEncoderDecoderModel such as microsoft/trocr-base-printed");
        }
        return new TextReader(PictureTexts.load(checkpoint, PURPOSE, compute));
    }

    /**
     * The same model changed by an adapter. Both share the weights, which stay as they are. Closing the one that is
     * returned frees the adapter alone; this one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public TextReader with(PeftAdapter adapter) {
        return new TextReader(texts.with(adapter));
    }

    /** How texts are written: to change them, {@code withOptions(options().toBuilder()….build())}. */
    public GenerationOptions options() {
        return texts.options();
    }

    /** The same reader, which writes otherwise. Closing either closes both. */
    public TextReader withOptions(GenerationOptions options) {
        return new TextReader(texts.withOptions(options));
    }

    /**
     * The same reader, whose calls answer within a time or not at all. Closing either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public TextReader withDeadline(Duration limit) {
        return new TextReader(texts.withDeadline(limit));
    }

    /** The same reader, which reads lines of several callers together; see {@link ImageCaptioner#batching}. */
    public TextReader batching(int most, Duration wait) {
        return new TextReader(texts.batching(most, wait));
    }

    /** The text of a line. */
    public GeneratedText read(Image line) {
        return read(List.of(Check.given(line, "line"))).get(0);
    }

    /** The same, heard while it is being read; not by beam search, which decides in the end. */
    public GeneratedText read(Image line, TextListener listener) {
        return texts.write(Check.given(line, "line"), Check.given(listener, "listener"));
    }

    /** Several lines, in batches; results in their order. */
    public List<GeneratedText> read(List<Image> lines) {
        return variants(lines).stream().map(readings -> readings.get(0)).toList();
    }

    /** Any number of lines in constant memory. */
    public Stream<GeneratedText> read(Stream<Image> lines) {
        return texts.write(lines).map(readings -> readings.get(0));
    }

    /** By line: as many readings as the options' returned sequences, best first in beam search. */
    public List<List<GeneratedText>> variants(List<Image> lines) {
        return texts.write(Check.given(lines, "lines"));
    }

    @Override
    public void close() {
        texts.close();
    }
}
