package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.CallException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Runs a task over what a command line names, a few items at a time: one that fails is reported, and the others go on.
 *
 * @param <S> what is named, such as a file
 * @param <I> what the task is given for it, such as a picture
 */
class Items<S, I> {
    private static final int AT_ONCE = 8;
    private static final int SHOWN = 60;

    /** What came of an item: what the task is given, then a result, or else why there is none. */
    private record Outcome<S, R>(S item, Optional<R> result, Optional<Throwable> failure) {
        static <S, R> Outcome<S, R> of(S item, R result) {
            return new Outcome<>(item, Optional.of(result), Optional.empty());
        }

        static <S, R> Outcome<S, R> failed(S item, Throwable failure) {
            return new Outcome<>(item, Optional.empty(), Optional.of(failure));
        }

        boolean lackedMemory() {
            return failure.filter(OutOfMemoryError.class::isInstance).isPresent();
        }
    }

    /** Receives a result in the items' order. */
    interface Sink<S, R> {
        void accept(S item, R result);
    }

    private final String kind;
    private final Function<S, I> opener;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;

    /**
     * @param kind what an item is called in JSON
     * @param opener makes of it what the task is given
     */
    Items(String kind, Function<S, I> opener, PrintWriter out, PrintWriter err, boolean json) {
        this.kind = kind;
        this.opener = opener;
        this.out = out;
        this.err = err;
        this.json = json;
    }

    /**
     * @param model waited for when the first items are open; if it can't be loaded, that is thrown
     * @param task what the model does with a few items
     * @return the number of items that failed
     */
    final <M, R> int run(List<S> items, Supplier<M> model, BiFunction<M, List<I>, List<R>> task, Sink<S, R> sink) {
        int failed = 0;
        for (int i = 0; i < items.size() && !System.out.checkError(); i += AT_ONCE) { // as long as somebody reads on
            List<S> few = items.subList(i, Math.min(i + AT_ONCE, items.size()));
            List<Outcome<S, R>> outcomes = together(few, model, task);
            if (outcomes.isEmpty()) { // each alone, so that only the culprit fails
                for (S item : few) {
                    failed += told(together(List.of(item), model, task), sink);
                }
            }
            failed += told(outcomes, sink);
        }
        return failed;
    }

    /**
     * The same with a model that is loaded while the first items are opened, and closed in the end.
     *
     * @return the exit status
     */
    final <M extends AutoCloseable, R> int answer(
            List<S> items, Supplier<M> open, BiFunction<M, List<I>, List<R>> task, Sink<S, R> sink) {
        try (Opening<M> opening = new Opening<>(open)) {
            return run(items, opening::get, task, sink) == 0 ? 0 : Vitrail.FAILED;
        }
    }

    /** The outcome of each item; none if several can't be done at once. */
    private <M, R> List<Outcome<S, R>> together(
            List<S> items, Supplier<M> model, BiFunction<M, List<I>, List<R>> task) {
        List<Outcome<S, I>> opened = items.parallelStream().map(this::open).toList();
        M ready = model.get();
        if (items.size() > 1 && opened.stream().anyMatch(Outcome::lackedMemory)) {
            return List.of();
        }
        List<I> inputs =
                opened.stream().flatMap(outcome -> outcome.result().stream()).toList();
        try {
            return answered(opened, inputs.isEmpty() ? List.of() : task.apply(ready, inputs));
        } catch (CallException e) {
            throw e; // the model is closed, since the program is ending
        } catch (RuntimeException | VirtualMachineError e) {
            return items.size() > 1 ? List.of() : List.of(Outcome.failed(items.get(0), e));
        }
    }

    private Outcome<S, I> open(S item) {
        try {
            return Outcome.of(item, opener.apply(item));
        } catch (RuntimeException | VirtualMachineError e) {
            return Outcome.failed(item, e);
        }
    }

    private static <S, I, R> List<Outcome<S, R>> answered(List<Outcome<S, I>> opened, List<R> results) {
        Iterator<R> next = results.iterator();
        List<Outcome<S, R>> outcomes = new ArrayList<>();
        for (Outcome<S, I> outcome : opened) {
            outcomes.add(outcome.failure()
                    .map(failure -> Outcome.<S, R>failed(outcome.item(), failure))
                    .orElseGet(() -> Outcome.of(outcome.item(), next.next())));
        }
        return outcomes;
    }

    private <R> int told(List<Outcome<S, R>> outcomes, Sink<S, R> sink) {
        int failed = 0;
        for (Outcome<S, R> outcome : outcomes) {
            outcome.result().ifPresent(result -> sink.accept(outcome.item(), result));
            outcome.failure().ifPresent(failure -> report(outcome.item(), FailureMessage.of(failure)));
            failed += outcome.failure().isPresent() ? 1 : 0;
        }
        return failed;
    }

    private void report(S item, String error) {
        if (json) {
            ObjectNode line = Output.object();
            line.put(kind, item.toString()).put("error", error);
            Output.line(out, line);
        } else {
            err.println("vitrail: " + shown(item) + ": " + error);
            err.flush();
        }
    }

    /** Of a long text the beginning will do. */
    private String shown(S item) {
        if (!(item instanceof String text)) {
            return item.toString();
        }
        String line = text.replaceAll("\\s+", " ");
        return "'" + (line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…") + "'";
    }
}
