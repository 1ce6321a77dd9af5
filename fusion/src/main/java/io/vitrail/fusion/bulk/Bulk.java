package io.vitrail.fusion.bulk;

import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/**
 * Work on any number of items in bounded memory: threads decode, a model computes batches, and results come in the
 * items' order. An item that fails is an outcome like others; its neighbours get their results.
 *
 * <pre>{@code
 * Bulk<Path, Image, Classification> bulk = Bulk.of(Image::fromFile, classifier::classify);
 * try (BulkRun<Path, Image, Classification> run = bulk.run(files.iterator())) {
 *     run.forEachRemaining(outcome -> System.out.println(outcome.item() + " " + outcome.result()));
 * }
 * }</pre>
 *
 * <p>Immutable; what it is made of decides whether several runs may go on at the same time.
 *
 * @param <T> an item, such as a path; it may be decoded twice, if it lacked memory at first
 * @param <D> what the model takes, such as a picture
 * @param <R> a result
 */
public final class Bulk<T, D, R> {
    private final Function<T, D> decode;
    private final Function<D, ?> kind;
    private final Function<List<D>, List<R>> model;
    private final BulkOptions options;

    private Bulk(Function<T, D> decode, Function<D, ?> kind, Function<List<D>, List<R>> model, BulkOptions options) {
        this.decode = decode;
        this.kind = kind;
        this.model = model;
        this.options = options;
    }

    /**
     * Work with {@link BulkOptions#DEFAULT}; any items may go together.
     *
     * @param decode called by several threads at once
     * @param model the results of a batch, in its order; called by the thread that asks for outcomes
     */
    public static <T, D, R> Bulk<T, D, R> of(Function<T, D> decode, Function<List<D>, List<R>> model) {
        return new Bulk<>(decode, any -> "", model, BulkOptions.DEFAULT);
    }

    /**
     * Only items of equal kinds go together, such as pictures of one size or texts of one length. An item waits for
     * later ones of its kind as far as the window reaches.
     *
     * @param other what decides; called by several threads at once
     */
    public Bulk<T, D, R> withKind(Function<D, ?> other) {
        return new Bulk<>(decode, other, model, options);
    }

    public Bulk<T, D, R> withOptions(BulkOptions other) {
        return new Bulk<>(decode, kind, model, other);
    }

    /**
     * Begins; nothing is taken before outcomes are asked for.
     *
     * @param items read by the thread that asks for outcomes, a window ahead of what it has been given
     */
    public BulkRun<T, D, R> run(Iterator<T> items) {
        return new BulkRun<>(this, items);
    }

    BulkOptions options() {
        return options;
    }

    Decoded<D> decode(T item) {
        D value = decode.apply(item);
        return new Decoded<>(value, kind.apply(value));
    }

    List<R> compute(List<D> batch) {
        return model.apply(batch);
    }

    /** What the model takes, and what it may be computed together with. */
    record Decoded<D>(D value, Object kind) {}
}
