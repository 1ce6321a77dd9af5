package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.vit.image.Image;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

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

    /** The number of files that failed. */
    <R> int run(List<Path> files, Function<List<Image>, List<R>> task, Sink<R> sink) {
        int failed = 0;
        for (int i = 0; i < files.size(); i += AT_ONCE) {
            List<Opened> opened = files.subList(i, Math.min(i + AT_ONCE, files.size())).parallelStream()
                    .map(PictureFiles::open)
                    .toList();
            failed += runOpened(opened, task, sink);
        }
        return failed;
    }

    private <R> int runOpened(List<Opened> opened, Function<List<Image>, List<R>> task, Sink<R> sink) {
        List<Image> images = new ArrayList<>();
        opened.forEach(o -> o.image().ifPresent(images::add));
        List<R> results = images.isEmpty() ? List.of() : task.apply(images);
        int next = 0;
        int failed = 0;
        for (Opened o : opened) {
            if (o.image().isPresent()) {
                sink.accept(o.file(), results.get(next++));
            } else {
                report(o);
                failed++;
            }
        }
        return failed;
    }

    private static Opened open(Path file) {
        try {
            return new Opened(file, Optional.of(Image.fromFile(file)), "");
        } catch (RuntimeException e) {
            return new Opened(file, Optional.empty(), Vitrail.message(e));
        }
    }

    private void report(Opened failed) {
        if (json) {
            ObjectNode line = Output.object();
            line.put("file", failed.file().toString()).put("error", failed.error());
            Output.line(out, line);
        } else {
            err.println("vitrail: " + failed.file() + ": " + failed.error());
            err.flush();
        }
    }
}
