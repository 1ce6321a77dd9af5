package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.generation.Decoding;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import java.util.Arrays;

/** A decoding that reads a soft prompt before each text. Who asks it counts the text's own tokens alone. */
final class PromptedDecoding implements Decoding {
    private final SoftPrompt prompt;
    private final CachedDecoding<TextDecoder> decoding;
    private int[] lengths = {};

    PromptedDecoding(SoftPrompt prompt, Session<TextDecoder> session, Patience patience) {
        this.prompt = prompt;
        decoding = CachedDecoding.reading(session, model -> model, this::read, patience);
    }

    @Override
    public float[][] next(long[][] tokens) {
        if (lengths.length > 0) {
            return decoding.next(tokens);
        }
        lengths = Arrays.stream(tokens).mapToInt(row -> row.length).toArray();
        return decoding.next(Arrays.stream(tokens).map(this::prompted).toArray(long[][]::new));
    }

    /** With ids that keep the prompt's places free. */
    private long[] prompted(long[] text) {
        long[] all = new long[prompt.tokens() + text.length];
        System.arraycopy(text, 0, all, prompt.tokens(), text.length);
        return all;
    }

    /** The texts, which are filled up in front, with the prompt's vectors in their places. */
    private TextInput read(TextDecoder model, TextInput texts, Pass pass) {
        NDArray words = model.embed(texts.ids(), pass); // [rows, tokens, width]
        NDManager scope = words.getManager();
        Shape shape = words.getShape();
        int count = Math.toIntExact(shape.get(1));
        long[] rows = new long[Math.toIntExact(shape.get(0)) * count];
        Arrays.setAll(rows, i -> i);
        for (int row = 0; row < lengths.length; row++) {
            int first = count - lengths[row] - prompt.tokens();
            for (int token = 0; token < prompt.tokens(); token++) {
                rows[row * count + first + token] = (long) rows.length + token;
            }
        }
        NDArray vectors = scope.create(prompt.vectors(), new Shape(prompt.tokens(), prompt.width()));
        NDArray all = words.reshape(-1, shape.get(2)).concat(vectors); // words, then the prompt
        return texts.withVectors(all.get(scope.create(rows)).reshape(shape));
    }

    @Override
    public void select(int[] parents) {
        decoding.select(parents);
    }

    @Override
    public int vocabulary() {
        return decoding.vocabulary();
    }

    @Override
    public int maxTokens() {
        int most = decoding.maxTokens();
        return most == Integer.MAX_VALUE ? most : most - prompt.tokens();
    }

    @Override
    public void close() {
        decoding.close();
    }
}
