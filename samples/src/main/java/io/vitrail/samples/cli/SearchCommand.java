package io.vitrail.samples.cli;

import io.vitrail.fusion.search.FoundPicture;
import io.vitrail.fusion.search.ImageSearch;
import io.vitrail.fusion.search.IndexUpdate;
import io.vitrail.fusion.search.IndexedPicture;
import io.vitrail.fusion.search.SearchOptions;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds pictures of a folder by a sentence or a picture, in an index that it keeps up to date. */
@Command(
        name = "search",
        description = {
            "Find the pictures of a folder that a sentence fits best, or that are most like a picture. An index keeps"
                    + " what the model made of them, so only new and changed ones are computed.",
            "Example: ./vitrail search photos \"a cat on a table\" --model openai/clip-vit-base-patch32"
        })
final class SearchCommand implements Callable<Integer> {
    /** Models that know sentences; none is embedded. */
    private static final String MODELS = "openai/clip-vit-base-patch32 or google/siglip-base-patch16-224";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private ReadingOptions reading;

    @Parameters(
            index = "0",
            paramLabel = "DIR",
            description = "Folder of pictures, however deep; hidden ones and links aren't followed.")
    private Path folder;

    @Parameters(index = "1", arity = "0..1", paramLabel = "QUERY", description = "A sentence about what is sought.")
    private Optional<String> sentence;

    @Option(names = "--image", paramLabel = "FILE", description = "A picture like those that are sought, not QUERY.")
    private Optional<Path> image;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "10",
            description = "Pictures to print (default ${DEFAULT-VALUE}).")
    private int topK;

    @Option(
            names = "--index",
            paramLabel = "PLACE",
            description = "Folder of the index; without it " + SearchOptions.HIDDEN + " in DIR.")
    private Optional<Path> place;

    @Option(names = "--rebuild", description = "Build the index anew, such as for another model.")
    private boolean rebuild;

    @Option(names = "--json", description = "One JSON object per line; a picture that failed has an \"error\".")
    private boolean json;

    @Override
    public Integer call() {
        WrongCommandLine.unless(topK >= 1, spec, "--top-k must be at least 1, not %d", topK);
        WrongCommandLine.unless(
                sentence.isPresent() != image.isPresent(), spec, "either QUERY or --image FILE tells what is sought");
        if (sentence.isPresent()) {
            PictureTextOptions.requireModel(model, MODELS, spec);
        }
        ImageReader reader = reading.reader();
        Optional<Image> picture = image.map(reader::fromFile);
        Optional<String> asked = sentence.map(Texts::readable);
        try (GracefulStop stop = new GracefulStop();
                ImageSearch search = open(reader)) {
            Check.that(
                    asked.isEmpty() || search.knowsSentences(),
                    "The model knows pictures alone, no sentences.%n  try:  --image FILE, or --model with one such as"
                            + " %s",
                    MODELS);
            IndexUpdate update = update(search, stop);
            Check.that(search.size() > 0, "There is no picture in '%s'.", folder);
            print(asked.map(text -> search.findByText(text, topK))
                    .orElseGet(() -> search.findByImage(picture.orElseThrow(), topK)));
            return update.failed() == 0 ? 0 : Vitrail.FAILED;
        }
    }

    private ImageSearch open(ImageReader reader) {
        return model.isNamed()
                ? model.loadForPicturesAndTexts(
                        (named, compute) -> open(options(reader, compute).withModel(named)))
                : open(options(reader, model.compute()));
    }

    private SearchOptions options(ImageReader reader, Compute compute) {
        SearchOptions options = SearchOptions.DEFAULT.withReader(reader).withCompute(compute);
        return place.map(options::withIndex).orElse(options);
    }

    private ImageSearch open(SearchOptions options) {
        return rebuild ? ImageSearch.rebuild(folder, options) : ImageSearch.open(folder, options);
    }

    private IndexUpdate update(ImageSearch search, GracefulStop stop) {
        ProgressBar bar = new ProgressBar(err());
        IndexUpdate update = search.update(step -> {
            step.failure().ifPresent(failure -> report(step.file(), FailureMessage.of(failure), bar));
            bar.show(step.progress().done(), step.total(), note(step));
            if (stop.requested()) {
                throw new CancellationException("Stopped. What was done is in the index.");
            }
        });
        bar.end();
        if (update.added() + update.changed() + update.removed() > 0) {
            err().printf(
                            "%d new pictures, %d changed, %d gone, %d as before%n",
                            update.added(), update.changed(), update.removed(), update.unchanged());
            err().flush();
        }
        return update;
    }

    private static String note(IndexedPicture step) {
        return String.format(
                Locale.ROOT,
                "%d of %d pictures, %.1f a second",
                step.progress().done(),
                step.total(),
                step.progress().perSecond());
    }

    private void report(Path file, String error, ProgressBar bar) {
        if (json) {
            Output.line(out(), Output.object().put("file", file.toString()).put("error", error));
        } else {
            bar.line("vitrail: " + file + ": " + error);
        }
    }

    private void print(List<FoundPicture> found) {
        for (FoundPicture one : found) {
            if (json) {
                Output.line(
                        out(),
                        Output.object().put("file", one.file().toString()).put("score", Output.rounded(one.score())));
            } else {
                out().printf(Locale.ROOT, "%7.4f  %s%n", one.score(), one.file());
            }
        }
        out().flush();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
