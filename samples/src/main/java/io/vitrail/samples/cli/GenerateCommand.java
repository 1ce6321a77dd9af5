package io.vitrail.samples.cli;

import io.vitrail.text.SoftPrompt;
import io.vitrail.text.TextGenerator;
import io.vitrail.transformer.lora.PeftAdapter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Continues texts. */
@Command(
        name = "generate",
        description = {
            "Continue texts; prints what follows each.",
            "Example: ./vitrail generate \"Once upon a time\" --model openai-community/gpt2 --max-new-tokens 40"
        })
final class GenerateCommand implements Callable<Integer> {
    @Mixin
    private TextModelOptions model;

    @Mixin
    private AdapterOption adapter;

    @Mixin
    private WritingOptions writing;

    @Parameters(
            arity = "1..*",
            paramLabel = "PROMPT",
            description = "Texts; - stands for those of standard input, one a line. Behind -- texts may begin with -.")
    private List<String> prompts;

    @Override
    public Integer call() {
        return writing.run("prompt", prompts, () -> open(model, adapter, writing));
    }

    /** A generator with the options of the command line. */
    static TextGenerator open(TextModelOptions model, AdapterOption adapter, WritingOptions writing) {
        Optional<SoftPrompt> prompt = adapter.prompt();
        Optional<PeftAdapter> change = prompt.isPresent() ? Optional.empty() : adapter.read();
        TextGenerator generator =
                model.load((folder, compute) -> change.map(peft -> TextGenerator.loadMerged(folder, peft, compute))
                        .orElseGet(() -> TextGenerator.load(folder, compute)));
        try {
            TextGenerator prompted = prompt.map(generator::withPrompt).orElse(generator);
            return prompted.withOptions(writing.over(generator.options()));
        } catch (RuntimeException e) {
            generator.close();
            throw e;
        }
    }
}
