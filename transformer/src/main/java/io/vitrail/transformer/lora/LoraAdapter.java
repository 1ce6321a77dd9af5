package io.vitrail.transformer.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Adaptation;
import io.vitrail.transformer.Adapter;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.CheckpointModel;
import io.vitrail.transformer.weights.WeightPlace;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A PEFT adapter beside a loaded model, whose weights stay as they are: several adapters may share a model, and each call
 * chooses one ({@link Session#with}). Thread-safe. Closing waits for the passes that run and frees its weights; a later pass
 * with it fails.
 */
public final class LoraAdapter implements Adapter, AutoCloseable {
    private static final String REMEDY = "use it with the checkpoint that it was made for.";

    private final PeftAdapter peft;
    private final Map<String, List<WeightPlace>> places;
    private final Session<?> session;
    private final NDManager manager;
    private final Map<TensorBlock, Adaptation> changes = new IdentityHashMap<>();

    /**
     * Brings an adapter's changes to a session's model.
     *
     * @param base that the session's model was loaded from
     * @throws CheckpointException if the adapter was made for another model, or changes what can't be changed apart:
     *     convolutions, norms, biases alone, lengths of rows (DoRA). {@link PeftAdapter#mergedInto} can
     */
    public static LoraAdapter of(PeftAdapter peft, Session<? extends CheckpointModel> session, Checkpoint base) {
        return of(peft, session, session.model().places(base));
    }

    /** The same where the checkpoint has been closed that the session's model was loaded from. */
    public static LoraAdapter of(PeftAdapter peft, Session<? extends CheckpointModel> session) {
        return of(peft, session, session.model().loadedPlaces());
    }

    private static LoraAdapter of(
            PeftAdapter peft, Session<? extends CheckpointModel> session, List<WeightPlace> places) {
        LoraAdapter adapter = new LoraAdapter(peft, session, places);
        try {
            adapter.load();
            return adapter;
        } catch (RuntimeException | Error e) {
            adapter.manager.close();
            throw e;
        }
    }

    private LoraAdapter(PeftAdapter peft, Session<?> session, List<WeightPlace> all) {
        this.peft = peft;
        this.session = session;
        places = all.stream().collect(Collectors.groupingBy(WeightPlace::name));
        manager = session.newScope();
    }

    private void load() {
        if (peft.mustBeMerged()) {
            throw mustBeMerged("it learns lengths of rows apart, or changes biases alone");
        }
        peft.layers().forEach(this::change);
        peft.embeddings().forEach(this::changeEmbedding);
        peft.whole().forEach(this::replace);
    }

    private void change(String module, LowRankWeights weights) {
        List<WeightPlace> parts = placesOf(module + ".weight");
        for (WeightPlace part : parts) {
            if (!LinearLayers.isLinear(part)) {
                throw mustBeMerged("'" + module + "' is no linear layer");
            }
            LinearLayers.Size size = LinearLayers.size(part);
            if (size.inputs() != weights.inputs() || size.outputs() * parts.size() != weights.outputs()) {
                throw misfit(module, weights, new LinearLayers.Size(size.inputs(), size.outputs() * parts.size()));
            }
        }
        LowRank change = LowRank.loaded(weights, parts.size(), manager);
        parts.forEach(part -> put(module, part, change.of(part.part())));
    }

    private void put(String name, WeightPlace place, Adaptation change) {
        if (changes.put((TensorBlock) place.holder(), change) != null) {
            throw mustBeMerged("it changes '" + name + "' twice, by two names");
        }
    }

    private void changeEmbedding(String module, LowRankWeights weights) {
        WeightPlace place = placesOf(module + ".weight").get(0);
        if (!(place.holder() instanceof TokenEmbedding embedding)) {
            throw mustBeMerged("'" + module + "' is no embedding of ids");
        }
        Shape shape = embedding.parameters().get("weight").getShape();
        if (shape.get(0) != weights.inputs() || shape.get(1) != weights.outputs()) {
            throw misfit(module, weights, new LinearLayers.Size((int) shape.get(0), (int) shape.get(1)));
        }
        put(module, place, new LowRankEmbedding(weights, manager));
    }

    private CheckpointException misfit(String module, LowRankWeights weights, LinearLayers.Size size) {
        return CheckpointException.of(
                "The adapter changes '%s' as a layer of %d inputs and %d outputs; it has %d and %d."
                        .formatted(module, weights.inputs(), weights.outputs(), size.inputs(), size.outputs()),
                peft.folder(),
                REMEDY);
    }

    /** A layer that was trained whole. */
    private void replace(String name, PeftAdapter.WholeWeight weight) {
        if (name.endsWith(".bias") && peft.whole().containsKey(name.replaceAll("bias$", "weight"))) {
            return; // comes with its weight
        }
        WeightPlace place = placesOf(name).get(0);
        Optional<float[]> bias = Optional.ofNullable(peft.whole().get(name.replaceAll("weight$", "bias")))
                .map(PeftAdapter.WholeWeight::values);
        if (!isWholeLinear(name, place, bias.isPresent())) {
            throw mustBeMerged("'" + name + "' is no whole linear layer");
        }
        int inputs = LinearLayers.size(place).inputs();
        int outputs = LinearLayers.isHead(place) // which may be of other classes
                ? weight.values().length / inputs
                : LinearLayers.size(place).outputs();
        boolean fits = outputs > 0 && Arrays.equals(weight.shape(), new long[] {outputs, inputs});
        if (!fits || bias.filter(values -> values.length != outputs).isPresent()) {
            String shape = Arrays.toString(weight.shape());
            String what =
                    "The adapter's '%s' %s or its bias doesn't fit the model's layer of %d inputs and %d outputs.";
            throw CheckpointException.of(what.formatted(name, shape, inputs, outputs), peft.folder(), REMEDY);
        }
        put(name, place, new Whole(whole(weight, inputs, bias)));
    }

    private static boolean isWholeLinear(String name, WeightPlace place, boolean biased) {
        return name.endsWith(".weight")
                && place.parts() == 1
                && !place.transposed()
                && place.holder() instanceof Linear
                && place.holder().parameters().containsKey("bias") == biased;
    }

    private Linear whole(PeftAdapter.WholeWeight weight, int inputs, Optional<float[]> bias) {
        int outputs = weight.values().length / inputs;
        Linear layer = new Linear(inputs, outputs, Bias.of(bias.isPresent()), Activation.LINEAR);
        LowRank.fill(layer, "weight", weight.values(), manager);
        bias.ifPresent(values -> LowRank.fill(layer, "bias", values, manager));
        return layer;
    }

    private List<WeightPlace> placesOf(String name) {
        return ModuleNames.find(places.keySet(), name)
                .map(places::get)
                .orElseThrow(() -> CheckpointException.of(
                        "The adapter changes '" + name + "', which the model hasn't.", peft.folder(), REMEDY));
    }

    private CheckpointException mustBeMerged(String why) {
        return CheckpointException.of(
                "The adapter can't be kept apart from the model: " + why + ".",
                peft.folder(),
                "merge it into the model.");
    }

    @Override
    public Optional<Adaptation> of(TensorBlock layer) {
        Check.state(manager.isOpen(), "The adapter is closed.%n  try:  close it when nobody uses it any more.");
        return Optional.ofNullable(changes.get(layer));
    }

    @Override
    public void close() {
        session.free(manager);
    }

    /** Another layer in a layer's place, prepared by the first pass. */
    private static final class Whole implements Adaptation {
        private final Linear layer;
        private boolean prepared;

        Whole(Linear layer) {
            this.layer = layer;
        }

        @Override
        public NDArray instead(NDArray x, Affine affine, Pass pass) {
            return of(x, pass);
        }

        @Override
        public NDArray onto(NDArray y, NDArray x, Pass pass) {
            return of(x, pass);
        }

        private NDArray of(NDArray x, Pass pass) {
            synchronized (this) {
                if (!prepared) {
                    layer.prepareFor(pass.operations());
                    prepared = true;
                }
            }
            return layer.forward(x, pass);
        }
    }
}
