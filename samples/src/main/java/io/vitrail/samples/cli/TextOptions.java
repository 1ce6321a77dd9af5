package io.vitrail.samples.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The arguments of every command that gives an answer for each of some texts. */
final class TextOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "TEXT",
            description = "Texts; - stands for those of standard input, one a line. Behind -- texts may begin with -.")
    private List<String> texts;

    @Option(names = "--json", description = "One JSON object per line; a text that failed has an \"error\".")
    private boolean json;

    boolean json() {
        return json;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /**
     * Runs the command's task over its texts.
     *
     * @param open loads what carries out the task
     * @return the exit status
     */
    <T extends AutoCloseable, R> int run(
            Supplier<T> open, BiFunction<T, List<String>, List<R>> task, Items.Sink<String, R> sink) {
        Texts items = new Texts(out(), spec.commandLine().getErr(), json);
        return items.answer(Texts.named(texts), open, task, sink);
    }
}
