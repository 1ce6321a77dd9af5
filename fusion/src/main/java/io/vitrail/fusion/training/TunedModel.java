package io.vitrail.fusion.training;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.fusion.FusionModel;
import io.vitrail.fusion.FusionModels;
import io.vitrail.fusion.FusionTask;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.lora.TrainedWeights;
import io.vitrail.transformer.training.TuningCard;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointName;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.ModelCard;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.vit.ModelIdentity;
import io.vitrail.vit.image.ImageProcessor;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;

/** A model of pictures and texts that is being trained, and what its checkpoint has beside it. Owns the weights. */
final class TunedModel<M extends FusionModel> implements AutoCloseable {
    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private final M model;
    private final ImageProcessor processor;
    private final Tokenizer tokenizer;
    private final Optional<GenerationOptions> writing;
    private final LessonFiles files;
    private final Optional<String> licence;
    private final CheckpointName name;
    private final String fingerprint;
    private final TowerDropout dropout;
    private TrainedWeights trained;

    /**
     * What is loaded.
     *
     * @param name of the checkpoint
     * @param kind of models that the task is for
     */
    record Source<M extends FusionModel>(Path folder, CheckpointName name, FusionTask task, Class<M> kind) {}

    /** @param writing how the model writes, if it does */
    TunedModel(Source<M> source, BiFunction<M, Checkpoint, Optional<GenerationOptions>> writing) {
        try (Checkpoint checkpoint = Checkpoint.open(source.folder)) {
            model = FusionModels.trainable(checkpoint, source.task, source.kind, manager);
            this.writing = writing.apply(model, checkpoint);
            processor = ImageProcessor.load(checkpoint.folder());
            files = LessonFiles.of(checkpoint);
            dropout = TowerDropout.of(ConfigJson.of(checkpoint));
            licence = ModelCard.in(checkpoint.folder()).licence();
            name = source.name;
            fingerprint = ModelIdentity.of(source.folder).fingerprint();
            tokenizer = Tokenizer.load(checkpoint.folder());
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    /**
     * Decides what learns: the model's weights, or changes of low rank beside them.
     *
     * @param block that the model is a part of
     * @param seed of an adapter's first values
     */
    void train(TensorBlock block, Optional<LoraConfig> lora, long seed) {
        trained = lora.map(config -> TrainedWeights.ofLowRank(config, block, model.loadedPlaces()))
                .orElseGet(() -> TrainedWeights.all(block, model.loadedPlaces()));
        manager.getEngine().setRandomSeed((int) seed);
        trained.block().initialize(manager, DataType.FLOAT32, new Shape(1)); // what has no values yet: an adapter
    }

    /** Owns the weights. */
    NDManager manager() {
        return manager;
    }

    M model() {
        return model;
    }

    /** What its config says that learning leaves out. */
    TowerDropout dropout() {
        return dropout;
    }

    ImageProcessor processor() {
        return processor;
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    GenerationOptions writing() {
        return writing.orElseThrow();
    }

    TrainedWeights trained() {
        return trained;
    }

    /** Tells the checkpoint, and what learns of it, from others. */
    String fingerprint() {
        return "model " + fingerprint + ", learning "
                + trained.weights().keySet().hashCode();
    }

    /** Writes what was learned; the weights come last: who reads them finds the other files. */
    void save(Path folder, TuningCard.Story story, TuningReport report) {
        TuningCard.Library library =
                trained.adapter().isPresent() ? TuningCard.Library.PEFT : TuningCard.Library.TRANSFORMERS;
        files.save(folder, new TuningCard(name, licence, library, story).text(report));
        trained.adapter()
                .ifPresentOrElse(
                        adapter -> adapter.save(folder, name.referenceOrShown()),
                        () -> model.save(folder.resolve("model.safetensors"), StorageType.F32));
    }

    @Override
    public void close() {
        tokenizer.close();
        manager.close();
    }
}
