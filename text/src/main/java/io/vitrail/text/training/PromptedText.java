package io.vitrail.text.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.training.Seeds;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A model that continues texts behind a soft prompt, which alone learns (Lester et al. 2021, section 2). Ids, and which of them
 * are real, each [batch, tokens], to scores of each token and of what follows the last: [batch, 1 + tokens, vocabulary].
 */
final class PromptedText extends TensorBlock {
    private final TextDecoder model;
    private final int count;
    private final DropoutRates dropout;
    private final float[] signs;
    private final Parameter prompt;

    /**
     * How it begins.
     *
     * @param dropout of the model while the prompt learns
     * @param seed draws the words that the prompt begins as
     */
    record Start(DropoutRates dropout, long seed) {}

    /** @param model has its weights */
    PromptedText(TextDecoder model, int count, Start start, NDManager manager) {
        Check.that(
                model.readsVectors(),
                "%s can't learn a soft prompt: it reads nothing but words.",
                model.getClass().getSimpleName());
        this.model = part("model", model);
        this.count = count;
        dropout = start.dropout;
        SplittableRandom random = Seeds.random(start.seed, 0, 0);
        long[] ids = IntStream.range(0, count)
                .mapToLong(token -> random.nextInt(model.vocabulary()))
                .toArray();
        try (NDManager scope = manager.newSubManager()) {
            Pass pass = Pass.inference(ReadableOperations.INSTANCE);
            NDArray words = model.embed(scope.create(ids, new Shape(1, count)), pass); // [1, prompt, width]
            signs = signs(Math.toIntExact(words.getShape().get(2)));
            float[] first = words.mul(scope.create(signs)).toFloatArray();
            Parameter.Type kind = Parameter.Type.WEIGHT;
            prompt = parameter("prompt", kind, (owner, shape, type) -> owner.create(first, shape), count, signs.length);
            prompt.initialize(manager, DataType.FLOAT32);
        }
    }

    /**
     * Every other number is learned with its sign turned, which changes nothing else: the gradients of what a norm reads add up
     * to 0, and DJL takes those for none.
     */
    private static float[] signs(int width) {
        float[] signs = new float[width];
        for (int i = 0; i < width; i++) {
            signs[i] = i % 2 == 0 ? 1 : -1;
        }
        return signs;
    }

    /** What learns. */
    Parameter learned() {
        return prompt;
    }

    /** The prompt, [prompt, width]. */
    NDArray vectors(NDManager scope) {
        return scope.create(prompt.getArray().toFloatArray(), prompt.getShape()).mul(scope.create(signs));
    }

    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        return scores(TextInput.of(ids), ids.onesLike(), pass);
    }

    @Override
    protected NDList forward(NDList inputs, Pass pass) {
        return new NDList(scores(TextInput.of(inputs.get(0)), inputs.get(1), pass));
    }

    private NDArray scores(TextInput text, NDArray real, Pass given) {
        Pass pass = dropout.in(given);
        NDArray words = model.embed(text.ids(), pass); // [batch, tokens, width]
        long batch = words.getShape().get(0);
        NDManager scope = words.getManager();
        NDArray vectors = scope.create(signs)
                .mul(value(prompt, words, pass))
                .expandDims(0)
                .repeat(0, batch); // [batch, prompt, width]
        NDArray ids = scope.zeros(new Shape(batch, count), DataType.INT64);
        NDArray seen = ids.onesLike().toType(real.getDataType(), false);
        TextInput all = TextInput.of(ids.concat(text.ids(), 1))
                .withMask(seen.concat(real, 1))
                .withVectors(vectors.concat(words, 1));
        NDArray states = model.states(all, pass); // [batch, prompt + tokens, width]
        return model.logits(states.get(":, {}:", count - 1), pass);
    }
}
