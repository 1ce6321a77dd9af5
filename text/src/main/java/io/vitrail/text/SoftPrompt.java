package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.transformer.weights.StoredTensor;
import java.nio.file.Path;
import java.util.Map;

/**
 * Learned vectors that stand before a text as if they were words (Lester et al. 2021, "The Power of Scale for
 * Parameter-Efficient Prompt Tuning"). Saved, it is an adapter of PEFT's type PROMPT_TUNING. Immutable.
 */
public final class SoftPrompt {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String VECTORS = "prompt_embeddings";
    private static final String KIND = "PROMPT_TUNING";
    private static final long MOST_TOKENS = 10_000;

    private final float[] vectors;
    private final int width;

    /** @param vectors of the tokens, one behind the other */
    private SoftPrompt(float[] vectors, int width) {
        this.vectors = vectors;
        this.width = width;
    }

    /** Whether a folder holds an adapter of this type. */
    public static boolean isIn(Path folder) {
        return kind(folder).equals(KIND);
    }

    private static String kind(Path folder) {
        Path file = folder.resolve(CONFIG);
        return ConfigJson.of(JsonFile.read(file), file).text("peft_type", "");
    }

    /**
     * Reads an adapter.
     *
     * @throws CheckpointException if its files are missing or damaged, or it is of another type
     */
    public static SoftPrompt read(Path folder) {
        if (!isIn(folder)) {
            throw CheckpointException.of(
                    "The adapter is of PEFT's type '" + kind(folder) + "', not " + KIND + ".",
                    folder.resolve(CONFIG),
                    "give the folder of a soft prompt.");
        }
        try (Checkpoint files = Checkpoint.open(folder.resolve(WEIGHTS))) {
            if (!files.has(VECTORS)) {
                throw wrong("holds no '" + VECTORS + "'", folder);
            }
            StoredTensor stored = files.tensor(VECTORS);
            long[] shape = stored.shape();
            if (shape.length != 2 || shape[0] < 1 || shape[0] > MOST_TOKENS || shape[1] < 1) {
                throw wrong("must hold 1 to " + MOST_TOKENS + " vectors, not " + stored, folder);
            }
            return new SoftPrompt(stored.floats(), Math.toIntExact(shape[1]));
        }
    }

    private static CheckpointException wrong(String what, Path folder) {
        return CheckpointException.of(
                "The soft prompt " + what + ".", folder.resolve(WEIGHTS), "save it again by PEFT.");
    }

    /**
     * Writes vectors as PEFT does. Each file is replaced at once.
     *
     * @param vectors [tokens, width]
     * @param base what the checkpoint is called that they were learned for: a hub's name or a folder
     * @throws CheckpointException if a file can't be written
     */
    public static void write(NDArray vectors, Path folder, String base) {
        Check.that(vectors.getShape().dimension() == 2, "Vectors must be [tokens, width], not %s.", vectors.getShape());
        SafeTensorsWriter.write(
                folder.resolve(WEIGHTS), Map.of(VECTORS, vectors), StorageType.F32, Map.of("format", "pt"));
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("peft_type", KIND).put("task_type", "CAUSAL_LM").put("base_model_name_or_path", base);
        json.put("num_virtual_tokens", vectors.getShape().get(0))
                .put("token_dim", vectors.getShape().get(1));
        json.put("num_transformer_submodules", 1)
                .put("prompt_tuning_init", "RANDOM")
                .put("inference_mode", true);
        JsonFile.write(folder.resolve(CONFIG), json);
    }

    /** @throws IllegalArgumentException if it isn't for the model */
    void check(TextDecoder model) {
        Check.that(
                model.readsVectors(),
                "%s reads nothing but words.",
                model.getClass().getSimpleName());
        long its = model.sizes().getOrDefault("wordWidth", model.sizes().get("width"));
        Check.that(its == width, "The soft prompt is %d wide; the model's words are %d.", width, its);
    }

    /** How many tokens it stands for. */
    public int tokens() {
        return vectors.length / width;
    }

    /** Numbers in each vector: the model's width. */
    public int width() {
        return width;
    }

    /** The vectors, [tokens · width]; a copy. */
    float[] vectors() {
        return vectors.clone();
    }
}
