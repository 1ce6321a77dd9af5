package io.vitrail.transformer.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Adaptation;
import io.vitrail.transformer.Adapter;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.transformer.weights.WeightPlace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Changes of low rank while they are trained (Hu et al. 2021): a block whose parameters are the matrices, for {@link
 * io.vitrail.transformer.AdaptedModel}, whose parameters DJL's trainer then updates. Saved, it is a PEFT adapter. For one thread.
 */
public final class LoraTraining extends TensorBlock implements Adapter {
    private static final String PREFIX = "base_model.model.";

    private final LoraConfig config;
    private final List<WeightPlace> places;
    private final Map<TensorBlock, Adaptation> changes = new IdentityHashMap<>();
    private final Map<String, LowRank> modules = new LinkedHashMap<>();

    /**
     * Changes nothing yet. Of the model's own parameters those are frozen that the config doesn't name, so this comes before
     * DJL's trainer is made.
     *
     * @param places of all weights of the model, by the names of the class that is trained
     * @throws IllegalArgumentException if a target or a module to save isn't in the model
     */
    public LoraTraining(LoraConfig config, List<WeightPlace> places) {
        this.config = config;
        this.places = List.copyOf(places);
        Map<String, List<WeightPlace>> layers = LinearLayers.in(places);
        layers.forEach((module, parts) -> {
            if (config.isTarget(module) && !(config.all() && LinearLayers.isHead(parts.get(0)))) {
                change(module, parts);
            }
        });
        checkNames(layers.keySet());
        places.forEach(place -> parameter(place).freeze(true));
        places.stream()
                .filter(this::isTrained) // which a parameter of two names may be by either
                .forEach(place -> parameter(place).freeze(false));
    }

    private void change(String module, List<WeightPlace> parts) {
        LinearLayers.Size size = LinearLayers.size(parts.get(0));
        LowRank change = part(module, new LowRank(config, size.inputs(), size.outputs() * parts.size(), parts.size()));
        modules.put(module, change);
        parts.forEach(part -> changes.put((TensorBlock) part.holder(), change.of(part.part())));
    }

    private void checkNames(Set<String> layers) {
        for (String target : config.targets()) {
            boolean known = config.all() || modules.keySet().stream().anyMatch(name -> LoraConfig.ends(name, target));
            Check.that(known, "The model has no linear layer '%s'.%n  try:  some of %s.", target, endings(layers));
        }
        for (String module : config.modulesToSave()) {
            boolean known =
                    places.stream().anyMatch(place -> config.saving(module).isSaved(LinearLayers.module(place)));
            Check.that(known, "The model has no part '%s' to be trained whole.", module);
        }
    }

    private static Set<String> endings(Set<String> layers) {
        Set<String> endings = new TreeSet<>();
        layers.forEach(name -> endings.add(name.substring(name.lastIndexOf('.') + 1)));
        return endings;
    }

    private boolean isTrained(WeightPlace place) {
        String module = LinearLayers.module(place);
        if (config.isSaved(module)) {
            return true;
        }
        boolean bias = place.parameter().equals("bias");
        return switch (config.bias()) {
            case NONE -> false;
            case ALL -> place.name().contains("bias"); // as PEFT: tables of relative biases, too
            case LORA_ONLY -> bias && modules.containsKey(module);
        };
    }

    private static Parameter parameter(WeightPlace place) {
        return place.holder().parameters().get(place.parameter());
    }

    @Override
    public Optional<Adaptation> of(TensorBlock layer) {
        return Optional.ofNullable(changes.get(layer));
    }

    /** The matrices, by their names in a saved adapter but for its prefix. */
    Map<String, Parameter> weights() {
        Map<String, Parameter> weights = new LinkedHashMap<>();
        modules.forEach((module, change) -> weights.putAll(change.weights(module)));
        return weights;
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        throw new UnsupportedOperationException("Changes are computed within the model that they change.");
    }

    /**
     * Saves it as PEFT does: adapter_config.json and adapter_model.safetensors. Each file is replaced at once.
     *
     * @param base what the checkpoint is called that it changes: a hub's name or a folder
     * @throws CheckpointException if a file can't be written
     */
    public void save(Path folder, String base) {
        List<NDArray> made = new ArrayList<>();
        try {
            Path file = folder.resolve("adapter_model.safetensors");
            SafeTensorsWriter.write(file, stored(made), StorageType.F32, Map.of("format", "pt"));
        } finally {
            made.forEach(NDArray::close);
        }
        JsonFile.write(folder.resolve(PeftConfig.FILE), json(base));
    }

    /** @param made takes up the arrays that are made for it: the parameters' manager would keep them */
    private Map<String, NDArray> stored(List<NDArray> made) {
        Map<String, NDArray> weights = new TreeMap<>();
        modules.forEach((module, change) -> {
            weights.put(PREFIX + module + ".lora_A.weight", change.a());
            NDArray b = change.b();
            if (change.layers() > 1) {
                made.add(b);
            }
            weights.put(PREFIX + module + ".lora_B.weight", b);
        });
        places.stream().filter(this::isTrained).forEach(place -> {
            NDArray weight = parameter(place).getArray();
            if (place.transposed()) {
                weight = weight.transpose();
                made.add(weight);
            }
            weights.merge(PREFIX + peftName(place), weight, (some, more) -> {
                made.add(some.concat(more, place.transposed() ? 1 : 0));
                return made.get(made.size() - 1);
            });
        });
        return weights;
    }

    /** PEFT puts a layer that it changes inside another one. */
    private String peftName(WeightPlace place) {
        String module = LinearLayers.module(place);
        return modules.containsKey(module) ? module + ".base_layer." + place.parameter() : place.name();
    }

    /** Whether changed weights are stored as [inputs, outputs]. */
    private boolean isTransposed() {
        return places.stream().anyMatch(place -> place.transposed() && modules.containsKey(LinearLayers.module(place)));
    }

    private ObjectNode json(String base) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("peft_type", "LORA").put("base_model_name_or_path", base).put("inference_mode", true);
        json.put("r", config.rank()).put("lora_alpha", config.alpha()).put("lora_dropout", config.dropout());
        json.put("bias", config.bias().text()).put("use_rslora", config.rankStabilized());
        json.put("fan_in_fan_out", isTransposed()).putNull("task_type");
        modules.keySet().forEach(json.putArray("target_modules")::add);
        if (config.modulesToSave().isEmpty()) {
            json.putNull("modules_to_save");
        } else {
            config.modulesToSave().forEach(json.putArray("modules_to_save")::add);
        }
        return json;
    }
}
