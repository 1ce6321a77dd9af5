package io.vitrail.samples.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Learns classes from a few pictures each, and finds them in others. */
@Command(
        name = "few-shot",
        description = {
            "Learn classes from a few pictures each, without training a model, and find them in others.",
            "Example: ./vitrail few-shot learn photos --out classes, where photos/<label>/ holds pictures of each."
        },
        synopsisSubcommandLabel = "STEP",
        subcommands = {
            FewShotLearnCommand.class,
            FewShotAddCommand.class,
            FewShotRemoveCommand.class,
            FewShotClassifyCommand.class
        })
final class FewShotCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing the step, such as: few-shot learn DIR --out FOLDER");
    }
}
