package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Runs a task over picture files, a few at a time: one that fails is reported, and the others go on. */
final class PictureFiles {
    private static final int AT_ONCE = 8;

    /** What came of a file: a picture, then a result, or else why there is none. */
    private record Outcome<R>(Path file, Optional<R> result, Optional<Throwable> failure) {
        static <R> Outcome<R> of(Path file, R result) {
            return new Outcome<>(file, Optional.of(result), Optional.empty());
        }

        static <R> Outcome<R> failed(Path file, Throwable failure) {
            return new Outcome<>(file, Optional.empty(), Optional.of(failure));
        }

        boolean lackedMemory() {
            return failure.filter(OutOfMemoryError.class::isInstance).isPresent();
        }
    }

    /** Receives a result in the files' order. */
    interface Sink<R> {
        void accept(Path file, R result);
    }

    private final ImageReader reader;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;

    PictureFiles(ImageReader reader, PrintWriter out, PrintWriter err, boolean json) {
        this.reader = reader;
        this.out = out;
        this.err = err;
        this.json = json;
    }

    /**
     * @param model waited for when the first pictures are open; if it can't be loaded, that is thrown
     * @param task what the model does with a few pictures
     * @return the number of files that failed
     */
    <M, R> int run(List<Path> files, Supplier<M> model, BiFunction<M, List<Image>, List<R>> task, Sink<R> sink) {
        int failed = 0;
        for (int i = 0; i < files.size(); i += AT_ONCE) {
            List<Path> few = files.subList(i, Math.min(i + AT_ONCE, files.size()));
            List<Outcome<R>> outcomes = together(few, model, task);
            if (outcomes.isEmpty()) { // each alone, so that only the culprit fails
                for (Path file : few) {
                    failed += told(together(List.of(file), model, task), sink);
                }
            }
            failed += told(outcomes, sink);
        }
        return failed;
    }

    /** The outcome of each file; none if several can't be done at once. */
    private <M, R> List<Outcome<R>> together(
            List<Path> files, Supplier<M> model, BiFunction<M, List<Image>, List<R>> task) {
        List<Outcome<Image>> opened = files.parallelStream().map(this::open).toList();
        M ready = model.get();
        if (files.size() > 1 && opened.stream().anyMatch(Outcome::lackedMemory)) {
            return List.of();
        }
        List<Image> images =
                opened.stream().flatMap(outcome -> outcome.result().stream()).toList();
        try {
            return answered(opened, images.isEmpty() ? List.of() : task.apply(ready, images));
        } catch (RuntimeException | VirtualMachineError e) {
            return files.size() > 1 ? List.of() : List.of(Outcome.failed(files.get(0), e));
        }
    }

    private Outcome<Image> open(Path file) {
        try {
            return Outcome.of(file, reader.fromFile(file));
        } catch (RuntimeException | VirtualMachineError e) {
            return Outcome.failed(file, e);
        }
    }

    private static <R> List<Outcome<R>> answered(List<Outcome<Image>> opened, List<R> results) {
        Iterator<R> next = results.iterator();
        List<Outcome<R>> outcomes = new ArrayList<>();
        for (Outcome<Image> outcome : opened) {
            outcomes.add(outcome.failure()
                    .map(failure -> Outcome.<R>failed(outcome.file(), failure))
                    .orElseGet(() -> Outcome.of(outcome.file(), next.next())));
        }
        return outcomes;
    }

    private <R> int told(List<Outcome<R>> outcomes, Sink<R> sink) {
        int failed = 0;
        for (Outcome<R> outcome : outcomes) {
            outcome.result().ifPresent(result -> sink.accept(outcome.file(), result));
            outcome.failure().ifPresent(failure -> report(outcome.file(), FailureMessage.of(failure)));
            failed += outcome.failure().isPresent() ? 1 : 0;
        }
        return failed;
    }

    private void report(Path file, String error) {
        if (json) {
            ObjectNode line = Output.object();
            line.put("file", file.toString()).put("error", error);
            Output.line(out, line);
        } else {
            err.println("vitrail: " + file + ": " + error);
            err.flush();
        }
    }
}
