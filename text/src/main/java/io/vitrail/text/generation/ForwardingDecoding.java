package io.vitrail.text.generation;

/** Another decoding, in all but what a subclass changes. Closing closes that one. */
public abstract class ForwardingDecoding implements Decoding {
    private final Decoding decoding;

    protected ForwardingDecoding(Decoding decoding) {
        this.decoding = decoding;
    }

    @Override
    public float[][] next(long[][] tokens) {
        return decoding.next(tokens);
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
        return decoding.maxTokens();
    }

    @Override
    public void close() {
        decoding.close();
    }
}
