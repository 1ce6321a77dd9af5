package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.vit.image.Image;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/** Runs a task over picture files, a few at a time: one that can't be read is reported, and the others go on. */
final class PictureFiles {
    private static final int AT_ONCE = 8;

    /** A file that was read, or why it couldn't be. */
    private record Opened(Path file, Optional<Image> image, String error) {}

    /** Receives a result in the files' order. */
    interface Sink<R> {
        void accept(Path file, R result);
    }

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;

    PictureFiles(PrintWriter out, PrintWriter err, boolean json) {
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
            List<Opened> opened = files.subList(i, Math.min(i + AT_ONCE, files.size())).parallelStream()
                    .map(PictureFiles::open)
                    .toList();
            M ready = model.get();
            failed += runOpened(opened, images -> task.apply(ready, images), sink);
        }
        return failed;
    }

    private <R> int runOpened(List<Opened> opened, Function<List<Image>, List<R>> task, Sink<R> sink) {
        List<Image> images = new ArrayList<>();
        opened.forEach(o -> o.image().ifPresent(images::add));
        List<R> results;
        try {
            results = images.isEmpty() ? List.of() : task.apply(images);
        } catch (RuntimeException e) {
            return opened.size() == 1 ? failedAlone(opened.get(0), e) : oneByOne(opened, task, sink);
        }
        int next = 0;
        int failed = 0;
        for (Opened o : opened) {
            if (o.image().isPresent()) {
                sink.accept(o.file(), results.get(next++));
            } else {
                report(o.file(), o.error());
                failed++;
            }
        }
        return failed;
    }

    /** Something in a batch can't be processed: each alone, so that only the culprit fails. */
    private <R> int oneByOne(List<Opened> opened, Function<List<Image>, List<R>> task, Sink<R> sink) {
        return opened.stream().mapToInt(o -> runOpened(List.of(o), task, sink)).sum();
    }

    private int failedAlone(Opened opened, RuntimeException e) {
        report(opened.file(), Vitrail.message(e));
        return 1;
    }

    private static Opened open(Path file) {
        try {
            return new Opened(file, Optional.of(Image.fromFile(file)), "");
        } catch (RuntimeException e) {
            return new Opened(file, Optional.empty(), Vitrail.message(e));
        }
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
