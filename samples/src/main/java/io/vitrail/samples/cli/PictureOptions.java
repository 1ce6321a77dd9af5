package io.vitrail.samples.cli;

import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The arguments of every command that gives an answer for each of some pictures. */
final class PictureOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ReadingOptions reading;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Picture files.")
    private List<Path> files;

    @Option(names = "--json", description = "One JSON object per line; a picture that failed has an \"error\".")
    private boolean json;

    boolean json() {
        return json;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /**
     * Runs the command's task over its pictures.
     *
     * @param open loads what carries out the task, while the first pictures are being read
     * @return the exit status
     */
    <T extends AutoCloseable, R> int run(
            Supplier<T> open, BiFunction<T, List<Image>, List<R>> task, PictureFiles.Sink<R> sink) {
        ImageReader reader = reading.reader();
        try (Opening<T> opening = new Opening<>(open)) {
            PictureFiles pictures =
                    new PictureFiles(reader, out(), spec.commandLine().getErr(), json);
            int failed = pictures.run(files, opening::get, task, sink);
            return failed == 0 ? 0 : Vitrail.FAILED;
        }
    }
}
