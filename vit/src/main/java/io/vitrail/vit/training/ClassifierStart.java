package io.vitrail.vit.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.training.Seeds;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import io.vitrail.transformer.weights.StoredTensor;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A checkpoint as a classifier of given labels: with the checkpoint's head if that has the same labels, otherwise with
 * a new one, which begins as transformers initialises it (with {@code ignore_mismatched_sizes}). Poolers that the
 * checkpoint lacks are new as well; any other weight must be there.
 */
final class ClassifierStart {
    private static final String HEAD = "head";
    private static final String INDEX = "relative_position_index";
    private static final double USUAL_RANGE = 0.02;

    private final Checkpoint checkpoint;
    private final ObjectNode config;
    private final VisionModel model;
    private final boolean headIsNew;
    private final Set<Parameter> fresh = new HashSet<>();

    /** @param labels as the head is to number them; where the checkpoint has the same ones, in its order */
    ClassifierStart(Checkpoint checkpoint, Collection<String> labels) {
        this.checkpoint = checkpoint;
        ConfigJson before = ConfigJson.of(checkpoint);
        Check.that(
                !VisionModels.type(before).equals("timm_wrapper")
                        && !VisionModels.type(before).equals("open_clip"),
                "A checkpoint of %s can't get a new head here.%n  try:  one that transformers saved.",
                VisionModels.type(before));
        String className = VisionModels.classifierOf(before);
        List<String> known = hasHead(before) ? Labels.of(before) : List.of();
        headIsNew = known.size() != labels.size() || !Set.copyOf(known).equals(Set.copyOf(labels));
        config = changed(className, headIsNew ? List.copyOf(labels) : known);
        model = VisionModels.create(ConfigJson.of(config, checkpoint.configFile()), VisionTask.CLASSIFICATION);
    }

    private boolean hasHead(ConfigJson before) {
        VisionModel same = VisionModels.create(before, VisionTask.CLASSIFICATION);
        Map<String, Parameter> weights = names(same);
        Set<Parameter> head = headOf(same);
        return weights.entrySet().stream()
                .filter(weight -> head.contains(weight.getValue()))
                .allMatch(weight -> fits(weight.getKey(), weight.getValue()));
    }

    private boolean fits(String name, Parameter parameter) {
        return checkpoint.has(name)
                && Arrays.equals(
                        checkpoint.tensor(name).shape(), parameter.getShape().getShape());
    }

    private Map<String, Parameter> names(VisionModel of) {
        return of.weightTable().names(checkpoint.base(of.basePrefix()), of, of.sizes());
    }

    private static Set<Parameter> headOf(VisionModel of) {
        return new HashSet<>(of.parts().get(HEAD).parameters().values());
    }

    /** The checkpoint's config.json with what differs now. */
    private ObjectNode changed(String className, List<String> labels) {
        ObjectNode json = whole(checkpoint.config().deepCopy());
        json.putArray("architectures").add(className);
        json.remove(List.of("num_labels", "torch_dtype"));
        if (headIsNew) {
            json.remove("unsure_below"); // of the old classes
        }
        ObjectNode names = json.putObject("id2label");
        IntStream.range(0, labels.size()).forEach(i -> names.put(Integer.toString(i), labels.get(i)));
        ObjectNode numbers = json.putObject("label2id");
        IntStream.range(0, labels.size()).forEach(i -> numbers.put(labels.get(i), i));
        json.put("dtype", "float32");
        json.put("problem_type", "single_label_classification");
        return json;
    }

    /** Of a tower alone, the reference has no classifier: its config becomes part of one of both towers. */
    private static ObjectNode whole(ObjectNode json) {
        String type = json.path("model_type").asText();
        if (!type.equals("clip_vision_model") && !type.equals("siglip_vision_model")) {
            return json;
        }
        ObjectNode outer = JsonNodeFactory.instance.objectNode();
        outer.put("model_type", type.replace("_vision_model", ""));
        outer.set("vision_config", json);
        return outer;
    }

    /** Without weights until {@link #load}. */
    VisionModel model() {
        return model;
    }

    /** What the saved model's config.json is to hold. */
    ObjectNode config() {
        return config;
    }

    boolean headIsNew() {
        return headIsNew;
    }

    /**
     * Gives the model its weights.
     *
     * @param manager the owner of the weights
     * @param seed of those that are new
     */
    void load(NDManager manager, long seed) {
        Checkpoint complete = checkpoint.withWeights(freshTensors(seed));
        WeightTable.load(complete, List.of(model.filling(complete)), manager);
    }

    private Map<String, StoredTensor> freshTensors(long seed) {
        StoredTensor any = checkpoint.tensor(checkpoint.names().iterator().next());
        Set<Parameter> head = headOf(model);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        int number = 0;
        for (Map.Entry<String, Parameter> weight : names(model).entrySet()) {
            boolean lacking =
                    !checkpoint.has(weight.getKey()) && weight.getKey().contains("pooler.");
            if (lacking || headIsNew && head.contains(weight.getValue())) {
                SplittableRandom random = Seeds.random(seed, 0, number++);
                fresh.add(weight.getValue());
                tensors.put(
                        weight.getKey(),
                        StoredTensor.computed(
                                any, weight.getValue().getShape().getShape(), values(weight.getValue(), random)));
            }
        }
        return tensors;
    }

    /** As the reference begins: matrices normal, scales 1, shifts 0. */
    private Supplier<float[]> values(Parameter parameter, SplittableRandom random) {
        float[] values = new float[Math.toIntExact(parameter.getShape().size())];
        double deviation = deviation();
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (parameter.getType()) {
                case WEIGHT -> (float) (deviation * random.nextGaussian());
                case GAMMA -> 1;
                default -> 0;
            };
        }
        return () -> values;
    }

    private double deviation() {
        ConfigJson json = ConfigJson.of(config, checkpoint.configFile());
        String type = VisionModels.type(json);
        if (type.startsWith("clip") || type.startsWith("siglip")) {
            ConfigJson vision = json.object("vision_config").orElse(json);
            return json.number("initializer_factor", 1) / Math.sqrt(vision.size("hidden_size", 768));
        }
        return json.number("initializer_range", USUAL_RANGE);
    }

    /**
     * The layers that are learned whole beside changes of low rank: the head, a new pooler, and those of the config.
     */
    String[] whole(LoraConfig lora) {
        Set<Parameter> head = headOf(model);
        Stream<String> names = model.weightTable().names(model.basePrefix(), model, model.sizes()).entrySet().stream()
                .filter(weight -> head.contains(weight.getValue()) || fresh.contains(weight.getValue()))
                .map(weight -> weight.getKey().substring(0, weight.getKey().lastIndexOf('.')));
        return Stream.concat(lora.modulesToSave().stream(), names).distinct().toArray(String[]::new);
    }

    /** What transformers keeps beside the weights, though it follows from the config. The caller closes the arrays. */
    Map<String, NDArray> indexes(NDManager manager) {
        Map<String, NDArray> indexes = new TreeMap<>();
        String base = checkpoint.base(model.basePrefix()).isEmpty() ? model.basePrefix() + "." : "";
        checkpoint.names().stream()
                .filter(name -> name.endsWith(INDEX))
                .forEach(
                        name -> indexes.put(base + name, checkpoint.tensor(name).toArray(manager)));
        return indexes;
    }
}
