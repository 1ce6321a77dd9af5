package io.vitrail.vit.attention;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.vit.LoadedVisionModel;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Shows what a model looked at in a picture.
 *
 * <pre>{@code
 * try (ImageAttention attention = ImageAttention.embedded()) {
 *     Image photo = Image.fromFile(Path.of("photo.jpg"));
 *     HeatOverlay.of(photo, attention.relevance(photo).map()).save(Path.of("heat.png"));
 * }
 * }</pre>
 *
 * <p>Thread-safe; calls take turns at the model, and all calls for relevance in the program take turns, since the
 * engine computes one gradient at a time. It computes readably, in float32, and holds native memory until it is closed;
 * its results don't.
 */
public final class ImageAttention implements AutoCloseable {
    private static final ReentrantLock GRADIENT = new ReentrantLock(true);
    private static final int MOST_NAMED = 20;

    /** What is made of a picture's pixels. */
    @FunctionalInterface
    private interface Task<R> {
        R of(VisionModel model, NDArray pixels, Pass pass, PhotoView view);
    }

    private final LoadedVisionModel loaded;

    private ImageAttention(LoadedVisionModel loaded) {
        this.loaded = loaded;
    }

    /** The embedded model, on the CPU. */
    public static ImageAttention embedded() {
        return embedded(Device.cpu());
    }

    /** The embedded model. */
    public static ImageAttention embedded(Device device) {
        return new ImageAttention(LoadedVisionModel.embedded(ReadableOperations.INSTANCE, device));
    }

    /** The model of a checkpoint's folder in the Hugging Face layout, on the CPU. */
    public static ImageAttention load(Path folder) {
        return load(folder, Device.cpu());
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the
     *     others, or the model isn't supported
     */
    public static ImageAttention load(Path folder, Device device) {
        return new ImageAttention(LoadedVisionModel.load(folder, ReadableOperations.INSTANCE, device));
    }

    /** Names of the classes, by index; none if the model has no classification head. */
    public List<String> labels() {
        return loaded.model().labels();
    }

    /** The attention of all layers, and what follows from it without a gradient. */
    public PictureAttention attend(Image image) {
        return answer(image, Recording::of).attention();
    }

    /** Relevance for the most probable class; for the picture's vector if there are no classes. */
    public Relevance relevance(Image image) {
        return relevance(image, OptionalInt.empty());
    }

    /**
     * Relevance for a class.
     *
     * @throws IllegalArgumentException if the model doesn't know it
     */
    public Relevance relevance(Image image, String label) {
        int index = labels().indexOf(label);
        if (index < 0) {
            throw new IllegalArgumentException(unknown(label));
        }
        return relevance(image, OptionalInt.of(index));
    }

    private Relevance relevance(Image image, OptionalInt label) {
        GRADIENT.lock();
        try {
            return answer(
                    image, (model, pixels, pass, view) -> new RelevancePass(model, pixels, pass, view).run(label));
        } finally {
            GRADIENT.unlock();
        }
    }

    private String unknown(String label) {
        if (labels().isEmpty()) {
            return "This checkpoint has no classification head, so there is no class '" + label + "'."
                    + "\n  try:  without a class: then relevance is for the picture's vector.";
        }
        String part = label.toLowerCase(Locale.ROOT);
        List<String> alike = labels().stream()
                .filter(known -> known.toLowerCase(Locale.ROOT).contains(part))
                .toList();
        List<String> shown = alike.isEmpty() ? labels() : alike;
        return "The model has no class '" + label + "'.\n  try:  "
                + shown.stream()
                        .limit(MOST_NAMED)
                        .map(known -> "'" + known + "'")
                        .collect(Collectors.joining(", "))
                + (shown.size() > MOST_NAMED ? ", …" : "") + ".";
    }

    private <R> R answer(Image image, Task<R> task) {
        return loaded.answer(
                        List.of(image),
                        (model, pixels, pass) -> List.of(task.of(model, pixels, pass, view(image, pixels))))
                .get(0);
    }

    private PhotoView view(Image image, NDArray pixels) {
        return PhotoView.of(image, loaded.processor(), pixels.getShape());
    }

    @Override
    public void close() {
        loaded.close();
    }
}
