package io.vitrail.fusion.verify;

import io.vitrail.fusion.FusionModels;
import io.vitrail.text.verify.TextReplayer;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.StoredTensor;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.verify.VisionReplayer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Replays calls of models with PEFT's adapters: with the adapter apart from the model, merged into it, and without. */
public final class LoraReplayer implements GoldenReplayer {
    private static final String MERGED = "weight.";

    private final VisionReplayer pictures = new VisionReplayer();
    private final TextReplayer texts = new TextReplayer();
    private final FusionReplayer both = new FusionReplayer();

    @Override
    public Set<String> families() {
        return Set.of("lora");
    }

    @Override
    public boolean computesWithOperations(GoldenCall call) {
        return call.operation().equals("lora") || replayer(call).computesWithOperations(call);
    }

    @Override
    public Replayed replay(GoldenCall call, Map<String, GoldenTensor> inputs, Path path) {
        if (!call.operation().equals("lora")) {
            return replayer(call).replay(call, inputs, path);
        }
        Replayed forward = replayer(call).replay(call.as("forward"), inputs, path);
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>(forward.tensors());
        if (call.isMerged()) {
            outputs.putAll(mergedWeights(call));
        }
        return Replayed.of(outputs);
    }

    private static Map<String, GoldenTensor> mergedWeights(GoldenCall call) {
        Map<String, GoldenTensor> weights = new LinkedHashMap<>();
        try (Checkpoint base = Checkpoint.open(call.checkpoint())) {
            Checkpoint merged = PeftAdapter.read(call.adapter().orElseThrow()).mergedInto(base);
            for (String key : call.outputs().keySet()) {
                if (key.startsWith(MERGED)) {
                    StoredTensor weight = merged.tensor(key.substring(MERGED.length()));
                    weights.put(key, GoldenTensor.of(weight.shape(), weight.floats()));
                }
            }
        }
        return weights;
    }

    /** Of a model of pictures, of texts or of both: a class of a tower alone belongs to the former. */
    private GoldenReplayer replayer(GoldenCall call) {
        try (Checkpoint checkpoint = Checkpoint.open(call.checkpoint())) {
            String name = call.className().orElse("");
            String type = VisionModels.type(ConfigJson.of(checkpoint));
            boolean joined = FusionModels.types().contains(type) && !name.matches("[A-Za-z0-9]+(Vision|Text)Model.*");
            if (joined && !name.endsWith("ForImageClassification")) {
                return both;
            }
            boolean reads = !VisionModels.types().contains(type) || name.contains("TextModel");
            return reads ? texts : pictures;
        }
    }

    @Override
    public void close() {
        pictures.close();
        texts.close();
        both.close();
    }
}
