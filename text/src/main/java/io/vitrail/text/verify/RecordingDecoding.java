package io.vitrail.text.verify;

import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.ForwardingDecoding;
import io.vitrail.text.generation.TokenListener;
import io.vitrail.transformer.verify.GoldenTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Records the scores of each step. As in the reference, rows that have left go on with their end token and then with padding, so
 * that all steps have scores for all rows.
 */
final class RecordingDecoding extends ForwardingDecoding implements TokenListener {
    private final long pad;
    private final List<float[][]> steps = new ArrayList<>();
    private long[][] next = {}; // tokens, by row
    private int[] going = {};

    RecordingDecoding(Decoding decoding, long pad) {
        super(decoding);
        this.pad = pad;
    }

    @Override
    public boolean hear(int row, long id, double logProbability) {
        next[row] = new long[] {id};
        return true;
    }

    @Override
    public float[][] next(long[][] tokens) {
        if (steps.isEmpty()) {
            going = IntStream.range(0, tokens.length).toArray();
            next = tokens.clone();
        }
        float[][] scores = super.next(next);
        Arrays.setAll(next, row -> new long[] {pad});
        steps.add(Arrays.stream(scores).map(float[]::clone).toArray(float[][]::new));
        return Arrays.stream(going).mapToObj(row -> scores[row]).toArray(float[][]::new);
    }

    @Override
    public void select(int[] parents) {
        going = Arrays.stream(parents).map(row -> going[row]).toArray();
    }

    /** The scores by step: {@code logits.0} and so on, [rows, vocabulary]. */
    Map<String, GoldenTensor> logits() {
        Map<String, GoldenTensor> logits = new LinkedHashMap<>();
        for (float[][] scores : steps) {
            float[] all = new float[scores.length * vocabulary()];
            for (int row = 0; row < scores.length; row++) {
                System.arraycopy(scores[row], 0, all, row * vocabulary(), vocabulary());
            }
            logits.put("logits." + logits.size(), GoldenTensor.of(new long[] {scores.length, vocabulary()}, all));
        }
        return logits;
    }
}
