package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.fusion.bulk.Bulk;
import io.vitrail.fusion.bulk.BulkRun;
import io.vitrail.fusion.bulk.Outcome;
import io.vitrail.fusion.bulk.Progress;
import io.vitrail.fusion.bulk.ResultFile;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Runs a task over any number of pictures, into a file of JSON lines. What the file holds isn't done again; so a command
 * that was stopped or killed goes on when it is given once more.
 */
final class BulkPictures {
    private final ImageReader reader;
    private final Path out;
    private final PrintWriter err;

    /** @param out the file of results */
    BulkPictures(ImageReader reader, Path out, PrintWriter err) {
        this.reader = reader;
        this.out = out;
        this.err = err;
    }

    /**
     * @param named pictures, and folders that stand for all pictures in them, however deep
     * @param open loads what carries out the task, if there is anything to do
     * @param line of a result, which begins with its file
     * @return the exit status
     */
    <T extends AutoCloseable, R> int run(
            List<Path> named,
            Supplier<T> open,
            BiFunction<T, List<Image>, List<R>> task,
            BiFunction<Path, R, ObjectNode> line) {
        List<Path> files = PictureFiles.expanded(named);
        try (GracefulStop stop = new GracefulStop();
                ResultFile results = ResultFile.open(out, "file")) {
            List<Path> pending = files.stream()
                    .filter(file -> results.claim(file.toString()))
                    .toList();
            if (pending.isEmpty()) {
                err.printf("Nothing is left to do: %s has all %d pictures.%n", out, files.size());
                return 0;
            }
            try (Opening<T> opening = new Opening<>(open)) {
                T model = opening.get();
                Bulk<Path, Image, R> bulk = Bulk.of(reader::fromFile, images -> task.apply(model, images));
                try (BulkRun<Path, Image, R> run = bulk.run(pending.iterator())) {
                    write(run, results, line, pending.size(), stop);
                    return run.progress().failed() == 0 ? 0 : Vitrail.FAILED;
                }
            }
        }
    }

    private <R> void write(
            BulkRun<Path, Image, R> run,
            ResultFile results,
            BiFunction<Path, R, ObjectNode> line,
            int total,
            GracefulStop stop) {
        ProgressBar bar = new ProgressBar(err);
        while (!stop.requested() && run.hasNext()) {
            Outcome<Path, R> outcome = run.next();
            outcome.failure().ifPresent(e -> bar.line("vitrail: " + outcome.item() + ": " + FailureMessage.of(e)));
            results.write(line(outcome, line));
            bar.show(run.progress().done(), total, note(run.progress()));
        }
        bar.end();
        err.println(note(run.progress()) + (results.found() == 0 ? "" : ", " + results.found() + " were done before"));
        err.flush();
    }

    private static <R> ObjectNode line(Outcome<Path, R> outcome, BiFunction<Path, R, ObjectNode> line) {
        Path file = outcome.item();
        return outcome.result().map(result -> line.apply(file, result)).orElseGet(() -> Output.object()
                .put("file", file.toString())
                .put("error", FailureMessage.of(outcome.failure().orElseThrow())));
    }

    private static String note(Progress progress) {
        return String.format(
                Locale.ROOT,
                "%d pictures, %.1f a second, %d failed",
                progress.done(),
                progress.perSecond(),
                progress.failed());
    }
}
