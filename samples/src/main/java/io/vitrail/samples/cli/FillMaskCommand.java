package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.FillMask;
import io.vitrail.text.FillMask.Guess;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Guesses the words of texts that are masked. */
@Command(
        name = "fill-mask",
        description = {
            "Guess the words of texts that are masked.",
            "Example: ./vitrail fill-mask \"Paris is the [MASK] of France.\" --model google-bert/bert-base-uncased"
        })
final class FillMaskCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TextModelOptions model;

    @Mixin
    private AdapterOption adapter;

    @Mixin
    private TextOptions texts;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "5",
            description = "Guesses for each mask (default ${DEFAULT-VALUE}).")
    private int topK;

    @Option(
            names = "--targets",
            paramLabel = "WORD",
            split = ",",
            defaultValue = Option.NULL_VALUE,
            description = "The only words to choose from, separated by commas.")
    private List<String> targets;

    @Override
    public Integer call() {
        WrongCommandLine.unless(topK >= 1, spec, "--top-k must be at least 1, not %d", topK);
        FillMask.Options options = new FillMask.Options(topK, targets == null ? List.of() : targets);
        return texts.run(
                () -> model.load(adapter.over(
                        (folder, compute) -> FillMask.load(folder, options, compute),
                        (folder, peft, compute) -> FillMask.loadMerged(folder, peft, options, compute))),
                FillMask::fill,
                this::print);
    }

    private void print(String text, List<List<Guess>> masks) {
        PrintWriter out = texts.out();
        if (texts.json()) {
            Output.line(out, object(text, masks));
            return;
        }
        out.println(text);
        for (int i = 0; i < masks.size(); i++) {
            if (masks.size() > 1) {
                out.printf("  mask %d%n", i + 1);
            }
            for (Guess guess : masks.get(i)) {
                out.printf(Locale.ROOT, "  %5.1f %%  %s%n", 100 * guess.score(), guess.word());
            }
        }
        out.flush();
    }

    private static ObjectNode object(String text, List<List<Guess>> masks) {
        ObjectNode line = Output.object().put("text", text);
        ArrayNode all = line.putArray("masks");
        for (List<Guess> guesses : masks) {
            ArrayNode own = all.addArray();
            for (Guess guess : guesses) {
                own.addObject()
                        .put("word", guess.word())
                        .put("id", guess.id())
                        .put("probability", Output.rounded(guess.score()))
                        .put("text", guess.text());
            }
        }
        return line;
    }
}
