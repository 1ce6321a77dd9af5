package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.generation.Decoding;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.Checkpoint;
import java.nio.file.Path;
import java.util.stream.LongStream;

/**
 * Times a text model on made-up ids: an encoder's pass over a batch, or a decoder's writing, token by token. Not thread-safe: what
 * else runs would be timed with it.
 */
public final class TextBenchmark implements AutoCloseable {
    private final Session<TextModel> session;

    private TextBenchmark(Session<TextModel> session) {
        this.session = session;
    }

    /** A checkpoint's model, as the class that its config names first. */
    public static TextBenchmark load(Path folder, Compute compute) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return new TextBenchmark(TextModels.load(
                    checkpoint,
                    TextModels.className(checkpoint),
                    TextModel.class,
                    compute.operations(),
                    compute.device()));
        }
    }

    /** The time of one pass over so many texts of so many tokens, in milliseconds. */
    public double millisToRead(int batch, int tokens) {
        long start = System.nanoTime();
        session.run((model, scope, pass) -> {
            NDArray ids = scope.create(ids(Math.multiplyExact(batch, tokens)), new Shape(batch, tokens));
            return model.forward(ids, pass).toFloatArray();
        });
        return (System.nanoTime() - start) / 1e6;
    }

    /** The time of writing so many tokens, each the likeliest, after a prompt of so many, in milliseconds. */
    public double millisToWrite(int prompt, int count) {
        long start = System.nanoTime();
        try (Decoding decoding = decoding()) {
            long next = likeliest(decoding.next(new long[][] {ids(prompt)})[0]);
            for (int i = 1; i < count; i++) {
                next = likeliest(decoding.next(new long[][] {{next}})[0]);
            }
        }
        return (System.nanoTime() - start) / 1e6;
    }

    /** Log-probabilities of what follows each token of a made-up text: [tokens · vocabulary]. */
    public float[] logProbabilities(int tokens) {
        return session.run((model, scope, pass) -> {
            NDArray ids = scope.create(ids(tokens), new Shape(1, tokens));
            return model.forward(ids, pass).logSoftmax(-1).toFloatArray();
        });
    }

    private Decoding decoding() {
        Check.that(session.model() instanceof TextDecoder, "This model doesn't write.");
        return CachedDecoding.of(session, model -> (TextDecoder) model, Patience.endless());
    }

    private long[] ids(int count) {
        int vocabulary = session.model() instanceof TextDecoder decoder
                ? decoder.vocabulary()
                : ((TextEncoder) session.model()).vocabulary();
        return LongStream.range(0, count).map(i -> i * 7919 % vocabulary).toArray();
    }

    private static long likeliest(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }

    @Override
    public void close() {
        session.close();
    }
}
