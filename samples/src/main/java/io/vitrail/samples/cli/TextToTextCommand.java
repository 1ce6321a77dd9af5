package io.vitrail.samples.cli;

import io.vitrail.text.TextToText;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes texts of texts. */
@Command(
        name = "text2text",
        description = {
            "Make texts of texts: translate, summarise, answer.",
            "Example: ./vitrail text2text \"The window is old.\" --model Helsinki-NLP/opus-mt-en-de"
        })
final class TextToTextCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TextModelOptions model;

    @Mixin
    private AdapterOption adapter;

    @Mixin
    private WritingOptions writing;

    @Parameters(
            arity = "1..*",
            paramLabel = "TEXT",
            description = "Texts; - stands for those of standard input, one a line. Behind -- texts may begin with -.")
    private List<String> texts;

    @Option(
            names = "--task",
            paramLabel = "NAME",
            description = "A task that the checkpoint has a prefix and options for, such as summarization.")
    private Optional<String> task;

    @Option(
            names = "--prefix",
            paramLabel = "TEXT",
            description = "What comes before each text, such as \"translate English to German: \".")
    private Optional<String> prefix;

    @Override
    public Integer call() {
        return writing.run("source", texts, this::open);
    }

    private TextToText open() {
        TextToText loaded = model.load(adapter.over(TextToText::load, TextToText::loadMerged));
        try {
            task.ifPresent(name -> WrongCommandLine.unless(
                    loaded.tasks().contains(name),
                    spec,
                    "the checkpoint knows no --task %s; it knows %s",
                    name,
                    loaded.tasks()));
            TextToText chosen = task.map(loaded::forTask).orElse(loaded);
            TextToText prefixed = prefix.map(chosen::withPrefix).orElse(chosen);
            return prefixed.withOptions(writing.over(prefixed.options()));
        } catch (RuntimeException e) {
            loaded.close();
            throw e;
        }
    }
}
