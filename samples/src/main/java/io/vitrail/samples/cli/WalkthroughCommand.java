package io.vitrail.samples.cli;

import io.vitrail.samples.walkthrough.Walkthrough;
import io.vitrail.samples.walkthrough.WalkthroughPage;
import io.vitrail.samples.walkthrough.WalkthroughText;
import io.vitrail.transformer.Check;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Computes attention step by step, for those who want to see how it works. */
@Command(
        name = "walkthrough",
        description = "Compute self-attention step by step for a sentence of six tokens, and print every number.",
        footer = {"", "Example: vitrail walkthrough --out walkthrough.html"})
final class WalkthroughCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Write a page (.html) instead, with heat maps.")
    private Optional<Path> target;

    @Override
    public Integer call() {
        target.ifPresent(this::checkTarget);
        Walkthrough walkthrough = Walkthrough.compute();
        PrintWriter out = spec.commandLine().getOut();
        if (target.isPresent()) {
            new WalkthroughPage(walkthrough).save(target.get());
            out.println(target.get() + ": " + walkthrough.steps().size() + " steps");
        } else {
            warn(walkthrough.sentence());
            WalkthroughText.lines(walkthrough).forEach(out::println);
        }
        out.flush();
        return 0;
    }

    /** A terminal's encoding can lack the sentence's letters; Java then prints question marks. */
    private void warn(String sentence) {
        String older = System.getProperty(
                "sun.stdout.encoding", Charset.defaultCharset().name());
        String encoding = System.getProperty("stdout.encoding", older);
        if (!Charset.forName(encoding).newEncoder().canEncode(sentence)) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("vitrail: this terminal's encoding, " + encoding + ", has no Chinese letters");
            err.println("  try:  LC_ALL=C.UTF-8, or a page: --out walkthrough.html");
            err.flush();
        }
    }

    private void checkTarget(Path file) {
        WrongCommandLine.unless(
                file.toString().toLowerCase(Locale.ROOT).endsWith(".html"),
                spec,
                "--out must end in .html, not %s",
                file);
        Path folder = file.toAbsolutePath().getParent();
        Check.that(Files.isDirectory(folder), "There is no folder '%s'.", folder);
    }
}
