package io.vitrail.samples.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Teaches a model one's own data. */
@Command(
        name = "finetune",
        description = "Teach a model your own data. Resumes what was stopped.",
        synopsisSubcommandLabel = "TASK",
        subcommands = {
            FinetuneClassifyCommand.class,
            FinetuneCaptionCommand.class,
            FinetuneClipCommand.class,
            FinetuneTextCommand.class,
            FinetuneLmCommand.class
        })
final class FinetuneCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Missing the task, such as: finetune classify --data DIR --out OUT");
    }
}
