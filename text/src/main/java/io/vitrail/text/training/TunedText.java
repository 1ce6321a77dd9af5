package io.vitrail.text.training;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextModel;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.lora.TrainedWeights;
import io.vitrail.transformer.training.TuningCard;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CompanionFiles;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.ModelCatalogue;
import io.vitrail.transformer.weights.WeightPlace;
import io.vitrail.transformer.weights.WeightTable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A text model with its weights and its tokenizer while it is fine-tuned. For one thread. */
final class TunedText implements AutoCloseable {
    private static final String HEAD = "classifier";
    private static final String POOLER = "pooler";
    private static final String PROMPT = "prompt_embeddings";

    private final Plan plan;
    private final SavedText saved;
    private final TextModel model;
    private final Tokenizer tokenizer;
    private final NDManager manager;
    private final TrainedWeights trained;
    private final Optional<PromptedText> prompted;

    /** Whose weights the head begins with. */
    enum Head {
        /** The checkpoint's. */
        KEPT,
        /** Its own, new ones. */
        NEW
    }

    /**
     * What becomes of a checkpoint.
     *
     * @param config of the model that learns
     * @param promptTokens of a soft prompt that learns alone; 0 for none
     * @param seed of new weights
     */
    record Plan(ObjectNode config, TextTask task, Head head, Optional<LoraConfig> lora, int promptTokens, long seed) {}

    /**
     * Loads what learns.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the files are damaged or lack weights
     * @throws IllegalArgumentException if the model type has no such head, or no layer of a name that is to be changed
     */
    static TunedText open(Checkpoint checkpoint, Plan plan) {
        DjlEngine.get();
        Tokenizer tokenizer = Tokenizer.load(checkpoint.folder());
        NDManager manager = DjlEngine.newManager(Device.cpu());
        try {
            return ModelCatalogue.loading(checkpoint, () -> new TunedText(checkpoint, plan, tokenizer, manager));
        } catch (RuntimeException | Error e) {
            manager.close();
            tokenizer.close();
            throw e;
        }
    }

    private TunedText(Checkpoint checkpoint, Plan plan, Tokenizer tokenizer, NDManager manager) {
        this.plan = plan;
        this.tokenizer = tokenizer;
        this.manager = manager;
        saved = new SavedText(checkpoint.folder(), CompanionFiles.in(checkpoint.folder()), plan.config, plan.task);
        ConfigJson json = ConfigJson.of(plan.config, checkpoint.configFile());
        model = TextModels.create(json, plan.task, TextModel.class);
        List<WeightPlace> fresh = fresh(checkpoint);
        Checkpoint whole = NewHead.of(model, json, plan.seed).in(checkpoint, fresh);
        WeightTable.load(whole, List.of(model.filling(whole)), manager);
        DropoutRates dropout = DropoutRates.of(json);
        prompted = plan.promptTokens > 0 ? Optional.of(prompted(dropout)) : Optional.empty();
        trained = prompted.map(block -> new TrainedWeights(block, Map.of(PROMPT, block.learned()), Optional.empty()))
                .orElseGet(() -> trained(new LearningText(model, dropout), fresh));
        manager.getEngine().setRandomSeed((int) plan.seed);
        trained.block().initialize(manager, DataType.FLOAT32, new Shape(1)); // what has no values yet: an adapter
    }

    private PromptedText prompted(DropoutRates dropout) {
        Check.that(model instanceof TextDecoder, "A soft prompt is for models that continue texts.");
        return new PromptedText(
                (TextDecoder) model, plan.promptTokens, new PromptedText.Start(dropout, plan.seed), manager);
    }

    private TrainedWeights trained(LearningText block, List<WeightPlace> fresh) {
        return plan.lora
                .map(lora -> TrainedWeights.ofLowRank(withHead(lora, fresh), block, model.places()))
                .orElseGet(() -> TrainedWeights.all(block, model.places()));
    }

    /** What the checkpoint hasn't, or has for other classes. */
    private List<WeightPlace> fresh(Checkpoint checkpoint) {
        List<WeightPlace> places = model.places(checkpoint);
        Stream<WeightPlace> lacking =
                NewHead.placesOf(POOLER, model, places).stream().filter(place -> !checkpoint.has(place.name()));
        return plan.head == Head.NEW
                ? Stream.concat(lacking, NewHead.placesOf(HEAD, model, places).stream())
                        .toList()
                : List.of();
    }

    /** With the head for classes as layers that are learned whole, and what of the pooler is new. */
    private LoraConfig withHead(LoraConfig lora, List<WeightPlace> fresh) {
        List<WeightPlace> places = model.places();
        Stream<WeightPlace> head = NewHead.placesOf(HEAD, model, places).stream();
        Stream<WeightPlace> pooler = NewHead.placesOf(POOLER, model, places).stream()
                .filter(place -> fresh.stream().anyMatch(its -> its.holder() == place.holder()));
        Stream<String> modules = Stream.concat(head, pooler)
                .map(place -> place.name().substring(0, place.name().lastIndexOf('.')));
        return lora.saving(
                Stream.concat(lora.modulesToSave().stream(), modules).distinct().toArray(String[]::new));
    }

    TextModel model() {
        return model;
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    NDManager manager() {
        return manager;
    }

    TensorBlock block() {
        return trained.block();
    }

    Map<String, Parameter> weights() {
        return trained.weights();
    }

    /** What the model answers, without dropout; the arrays are those of the data's manager. */
    NDList answer(NDList data, ParameterStore store) {
        return trained.block().forward(store, data, false);
    }

    /**
     * The whole checkpoint, or the adapter; what belongs to it comes first: who reads the weights finds it.
     *
     * @param data that was learned from, in words
     * @param command that did it; may be empty
     */
    void save(Path folder, TuningReport report, String data, String command) {
        boolean whole = trained.adapter().isEmpty() && prompted.isEmpty();
        TuningCard.Library library = whole ? TuningCard.Library.TRANSFORMERS : TuningCard.Library.PEFT;
        saved.saveTexts(folder, report, library, new TuningCard.Story(saved.pipeline(), data, command));
        trained.adapter().ifPresent(adapter -> saved.saveAdapter(adapter, folder));
        prompted.ifPresent(block -> savePrompt(block, folder));
        if (whole) {
            saved.saveModel(model, folder);
        }
    }

    private void savePrompt(PromptedText block, Path folder) {
        try (NDManager scope = manager.newSubManager()) {
            saved.savePrompt(block.vectors(scope), folder);
        }
    }

    String fingerprint() {
        return saved.folder().getFileName() + " " + plan.task + " " + plan.config.hashCode() + " "
                + plan.lora.map(LoraConfig::toString).orElse("all weights") + ", prompt " + plan.promptTokens;
    }

    @Override
    public void close() {
        manager.close();
        tokenizer.close();
    }
}
