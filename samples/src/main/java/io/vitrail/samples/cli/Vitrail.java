package io.vitrail.samples.cli;

import java.io.PrintWriter;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command line: one subcommand per task. Results go to standard output, everything else to standard error. */
@Command(
        name = "vitrail",
        description = "Vision Transformers in Java: classify, embed, train, evaluate, verify.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ClassifyCommand.class,
            EmbedCommand.class,
            TrainCommand.class,
            EvalCommand.class,
            VerifyCommand.class,
            BenchCommand.class,
            HelpCommand.class,
            GenerateCompletion.class
        },
        footer = {
            "",
            "Exit status: 0 success, 1 something failed, 2 wrong command line.",
            "Example: ./vitrail classify samples/images/chelsea.jpg"
        })
public final class Vitrail {
    static final int FAILED = 1;

    private Vitrail() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Vitrail());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler(Vitrail::report);
        return line;
    }

    /** One failure as its own message; without one, or if it isn't a user's mistake, as the exception says it. */
    private static int report(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
        PrintWriter err = line.getErr();
        err.println("vitrail: " + message(e));
        if (System.getenv("VITRAIL_TRACE") != null) {
            e.printStackTrace(err);
        }
        err.flush();
        return FAILED;
    }

    /** What an exception says, for people, on one line: the outer message, or the cause's where there is none. */
    static String message(Throwable e) {
        return text(e).replaceAll("\\s*\\R\\s*", " ");
    }

    private static String text(Throwable e) {
        if (e.getMessage() == null || e.getMessage().isBlank()) {
            return e.getCause() == null ? e.getClass().getSimpleName() : text(e.getCause());
        }
        boolean ours = e.getClass().getName().startsWith("io.vitrail") || e instanceof IllegalArgumentException;
        return ours ? e.getMessage() : e.getClass().getSimpleName() + ": " + e.getMessage();
    }
}
