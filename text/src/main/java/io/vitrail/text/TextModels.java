package io.vitrail.text;

import ai.djl.Device;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.CheckpointModel;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.ModelCatalogue;
import io.vitrail.transformer.weights.ModelCatalogue.Entry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The catalogue of text models: the one place where an architecture is registered. */
public final class TextModels {
    private static final ModelCatalogue<TextTask, TextModel> CATALOGUE = new ModelCatalogue<>(
            TextTask.class,
            "text model",
            Map.of(TextTask.FEATURES, TextTask.FEATURES_WITHOUT_POOLER),
            List.of(
                    new Entry<>("bert", "bert", Bert.CLASSES, Bert::of),
                    new Entry<>("roberta", "roberta", Roberta.CLASSES, Roberta::of),
                    new Entry<>("distilbert", "distilbert", DistilBert.CLASSES, DistilBert::of),
                    new Entry<>(
                            "openai-gpt", "openai_gpt", Gpt1.CLASSES, LastTokenClassifier.beside(Gpt1::of, "width")),
                    new Entry<>("gpt2", "gpt2", Gpt2.CLASSES, LastTokenClassifier.beside(Gpt2::of, "width")),
                    new Entry<>("opt", "opt", Opt.CLASSES, LastTokenClassifier.beside(Opt::of, "wordWidth")),
                    new Entry<>("llama", "llama", Llama.CLASSES, LastTokenClassifier.beside(Llama::of, "width")),
                    new Entry<>(
                            "mistral", "mistral", Mistral.CLASSES, LastTokenClassifier.beside(Mistral::of, "width")),
                    new Entry<>("qwen2", "qwen2", Qwen2.CLASSES, LastTokenClassifier.beside(Qwen2::of, "width")),
                    new Entry<>("transfo-xl", "transfo_xl", TransfoXl.CLASSES, TransfoXl::of),
                    new Entry<>("clip_text_model", "clip_text", ClipText.CLASSES, ClipText::of),
                    new Entry<>("clip", "clip_text", ClipText.CLASSES, ClipText::of),
                    new Entry<>("siglip_text_model", "siglip_text", SiglipText.CLASSES, SiglipText::of),
                    new Entry<>("siglip", "siglip_text", SiglipText.CLASSES, SiglipText::of),
                    new Entry<>("marian", "marian", Marian.CLASSES, Marian::of),
                    new Entry<>("bart", "bart", Bart.CLASSES, Bart::of),
                    new Entry<>("t5", "t5", T5.CLASSES, T5::of),
                    new Entry<>("trocr", "trocr", TrOcr.CLASSES, TrOcr::of),
                    new Entry<>("blip_text_model", "blip_text", Bert.BLIP_CLASSES, Bert::ofBlip)));

    private TextModels() {}

    /** The model types that can be loaded. */
    public static Set<String> types() {
        return CATALOGUE.types();
    }

    /** The families of golden cases that the catalogue's models are measured by. */
    public static Set<String> goldenFamilies() {
        return CATALOGUE.goldenFamilies();
    }

    /** The reference's classes that can be loaded. */
    static Set<String> classNames() {
        return CATALOGUE.classNames();
    }

    /** Whether the catalogue knows the checkpoint's model type. */
    public static boolean knows(Checkpoint checkpoint) {
        return types().contains(ModelCatalogue.type(ConfigJson.of(checkpoint)));
    }

    /**
     * Loads a checkpoint as a given class of the reference implementation, such as {@code BertModel}, prepared for
     * inference. A base model whose checkpoint lacks its pooler's weights does without. The session owns the weights.
     *
     * @param kind what the caller needs the model to be
     * @throws CheckpointException if the files are damaged or don't hold the weights that the class needs
     * @throws IllegalArgumentException if the class or model type isn't supported, or isn't of that kind
     */
    public static <M extends TextModel> Session<M> load(
            Checkpoint checkpoint, String className, Class<M> kind, Operations operations, Device device) {
        return load(checkpoint, task(checkpoint, className), kind, operations, device);
    }

    /** What loading a checkpoint as that class makes the model do. */
    static TextTask task(Checkpoint checkpoint, String className) {
        return task(ConfigJson.of(checkpoint), className, Optional.of(checkpoint));
    }

    /** What features of a checkpoint are: with the projection, if it holds one. */
    static TextTask features(Checkpoint checkpoint) {
        boolean projected = CATALOGUE.tasks(ConfigJson.of(checkpoint)).contains(TextTask.PROJECTION)
                && checkpoint.has("text_projection.weight");
        return projected ? TextTask.PROJECTION : TextTask.FEATURES;
    }

    /**
     * Loads a checkpoint with the head of a task.
     *
     * @param kind what the caller needs the model to be
     * @throws CheckpointException if the files are damaged or don't hold the weights that the task needs
     * @throws IllegalArgumentException if the model type isn't supported, or has no such head, or isn't of that kind
     */
    public static <M extends TextModel> Session<M> load(
            Checkpoint checkpoint, TextTask task, Class<M> kind, Operations operations, Device device) {
        return ModelCatalogue.loading(checkpoint, () -> {
            ConfigJson config = ConfigJson.of(checkpoint);
            M model = create(config, CATALOGUE.present(task, config, checkpoint), kind);
            return CheckpointModel.load(model, checkpoint, operations, device);
        });
    }

    /**
     * The model that a config.json describes, without weights: also one that is a part of another, described by a part
     * of its config.
     *
     * @throws IllegalArgumentException if the model type isn't supported, or has no such head, or isn't of that kind
     */
    public static <M extends TextModel> M create(ConfigJson config, TextTask task, Class<M> kind) {
        TextModel model = CATALOGUE.create(config, task);
        Check.that(
                kind.isInstance(model), "Model type '%s' is no %s.", ModelCatalogue.type(config), kind.getSimpleName());
        return kind.cast(model);
    }

    /**
     * The model that a class of the reference makes of a checkpoint, without weights; without a pooler, if the checkpoint
     * holds none and the family can do without.
     *
     * @throws IllegalArgumentException if the class or model type isn't supported
     */
    public static TextModel create(Checkpoint checkpoint, String className) {
        return CATALOGUE.create(ConfigJson.of(checkpoint), task(checkpoint, className));
    }

    /** The task of the class that a checkpoint's config names first: the one whose weights it holds. */
    public static TextTask task(Checkpoint checkpoint) {
        return CATALOGUE.task(ConfigJson.of(checkpoint), className(checkpoint));
    }

    /** The task of a class; without a pooler if a checkpoint is there that holds none. */
    static TextTask task(ConfigJson config, String className, Optional<Checkpoint> stored) {
        TextTask task = CATALOGUE.task(config, className);
        return stored.map(checkpoint -> CATALOGUE.present(task, config, checkpoint))
                .orElse(task);
    }

    /**
     * The reference's class of a config's model type for a task, such as {@code BertForSequenceClassification}.
     *
     * @throws IllegalArgumentException if it has none
     */
    public static String className(ConfigJson config, TextTask task) {
        Map<String, Set<String>> classes = CATALOGUE.classes(task);
        String type = ModelCatalogue.type(config);
        Check.that(
                classes.containsKey(type),
                "Model type '%s' has no class for %s here; these have: %s.",
                type,
                task,
                classes.keySet());
        return classes.get(type).iterator().next();
    }

    /** The class that a checkpoint's config names first: the one whose weights it holds. */
    public static String className(Checkpoint checkpoint) {
        return ModelCatalogue.className(ConfigJson.of(checkpoint))
                .orElseThrow(() -> ModelCatalogue.unnamed(checkpoint, "BertForSequenceClassification"));
    }
}
