package io.vitrail.samples.cli;

import io.vitrail.transformer.CallException;
import io.vitrail.transformer.DjlEngine;
import java.io.PrintWriter;
import java.util.Set;
import java.util.stream.Stream;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line: one subcommand per task. Results go to standard output, everything else to standard error. */
@Command(
        name = "vitrail",
        description = {
            "Transformers in Java, for pictures and texts: classify, embed, generate, train, evaluate, verify.",
            "Example: ./vitrail classify samples/images/chelsea.jpg"
        },
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ClassifyCommand.class,
            ZeroShotCommand.class,
            FewShotCommand.class,
            EmbedCommand.class,
            SearchCommand.class,
            CaptionCommand.class,
            ReadCommand.class,
            GenerateCommand.class,
            ChatCommand.class,
            TextToTextCommand.class,
            FillMaskCommand.class,
            TagCommand.class,
            AskCommand.class,
            MatchCommand.class,
            AttentionCommand.class,
            WalkthroughCommand.class,
            TrainCommand.class,
            FinetuneCommand.class,
            EvalCommand.class,
            VerifyCommand.class,
            BenchCommand.class,
            InfoCommand.class,
            DoctorCommand.class,
            HelpCommand.class,
            GenerateCompletion.class
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0: success", "1: something failed", "2: wrong command line"})
public final class Vitrail implements Runnable {
    static final int FAILED = 1;

    private static final String INTEGER = "a whole number up to " + Integer.MAX_VALUE;

    private static final Set<String> COMPUTING = Set.of(
            "classify",
            "zero-shot",
            "few-shot",
            "embed",
            "search",
            "caption",
            "read",
            "generate",
            "chat",
            "text2text",
            "fill-mask",
            "tag",
            "ask",
            "match",
            "attention",
            "eval",
            "verify",
            "bench",
            "train",
            "finetune");
    private static final Set<String> HELP = Set.of("-h", "--help", "-V", "--version");

    @Spec
    private CommandSpec spec;

    private Vitrail() {}

    public static void main(String[] arguments) {
        if (arguments.length > 1 && COMPUTING.contains(arguments[0]) && !asksForHelp(arguments)) {
            DjlEngine.begin(); // it takes longer than all else before the first answer
        }
        int status = commandLine().execute(arguments);
        System.exit(System.out.checkError() ? FAILED : status); // results that are lost are a failure
    }

    private static boolean asksForHelp(String[] arguments) {
        return Stream.of(arguments).anyMatch(HELP::contains);
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Vitrail());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExpandAtFiles(false); // a text may begin with @
        line.registerConverter(int.class, WrongCommandLine.reading(Integer::valueOf, INTEGER));
        line.registerConverter(Integer.class, WrongCommandLine.reading(Integer::valueOf, INTEGER));
        line.registerConverter(long.class, WrongCommandLine.reading(Long::valueOf, "a whole number"));
        line.registerConverter(Long.class, WrongCommandLine.reading(Long::valueOf, "a whole number"));
        line.registerConverter(double.class, WrongCommandLine.reading(Double::valueOf, "a number"));
        line.registerConverter(Double.class, WrongCommandLine.reading(Double::valueOf, "a number"));
        line.setParameterExceptionHandler(new WrongCommandLine());
        line.setExecutionStrategy(Vitrail::execute);
        line.setExecutionExceptionHandler(Vitrail::report);
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "name a command: " + String.join(", ", spec.subcommands().keySet()));
    }

    /** Errors, such as too little memory, are failures like others. */
    private static int execute(ParseResult parsed) {
        try {
            return new CommandLine.RunLast().execute(parsed);
        } catch (Error e) {
            throw new ExecutionException(parsed.commandSpec().commandLine(), e.toString(), e);
        }
    }

    private static int report(Exception e, CommandLine line, ParseResult parsed) {
        if (e instanceof CallException) {
            return FAILED; // the user has stopped the program, which closes its models
        }
        PrintWriter err = line.getErr();
        err.println("vitrail: " + FailureMessage.of(e));
        if (System.getenv("VITRAIL_TRACE") != null) {
            e.printStackTrace(err);
        }
        err.flush();
        return FAILED;
    }
}
