package io.vitrail.samples.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures how good a model is. */
@Command(
        name = "eval",
        description = "Measure how good a model is.",
        synopsisSubcommandLabel = "TASK",
        subcommands = {EvalClassifyCommand.class, EvalCaptionCommand.class})
final class EvalCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing the task, such as: eval classify DIR");
    }
}
