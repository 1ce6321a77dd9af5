package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.LabelScore;
import io.vitrail.text.ScoreFunction;
import io.vitrail.text.TextClassification;
import io.vitrail.text.TextClassifier;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.vit.EmbeddedCheckpoint;
import io.vitrail.vit.ImageClassifier;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what pictures show, or what texts are. */
@Command(name = "classify", description = "Say what pictures show, or what texts are.")
final class ClassifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private InputOptions inputs;

    @Mixin
    private AdapterOption adapter;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "5",
            description = "Labels to print (default ${DEFAULT-VALUE}).")
    private int topK;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Write a JSON object for each picture to FILE, and go on where FILE ends if it is there; IMAGE may"
                            + " be a folder, which stands for all pictures in it.")
    private Optional<Path> out;

    /** What a text is, and whether the scores are probabilities. */
    private record Answer(TextClassification labels, boolean probable) {}

    @Override
    public Integer call() {
        WrongCommandLine.unless(topK >= 1, spec, "--top-k must be at least 1, not %d", topK);
        if (out.isPresent()) {
            WrongCommandLine.unless(!inputs.areTexts(), spec, "--out is for pictures; for texts: --json > FILE");
            return inputs.picturesInto(out.get(), this::open, ImageClassifier::classify, lines()::object);
        }
        return inputs.areTexts()
                ? inputs.texts(this::openForTexts, ClassifyCommand::classify, this::print)
                : inputs.pictures(this::open, ImageClassifier::classify, lines()::print);
    }

    private ImageClassifier open() {
        return inputs.model()
                .load(
                        adapter.over(ImageClassifier::load, ImageClassifier::loadMerged),
                        adapter.over(
                                ImageClassifier::embedded, EmbeddedCheckpoint::unpack, ImageClassifier::loadMerged));
    }

    private TextClassifier openForTexts() {
        TextClassifier.Options options = TextClassifier.Options.DEFAULT;
        return inputs.model()
                .loadForTexts(adapter.over(
                        (folder, compute) -> TextClassifier.load(folder, options, compute),
                        (folder, peft, compute) -> TextClassifier.loadMerged(folder, peft, options, compute)));
    }

    private static List<Answer> classify(TextClassifier classifier, List<String> texts) {
        boolean probable = classifier.function() != ScoreFunction.NONE;
        List<TokenizerInput> all = texts.stream().map(TokenizerInput::of).toList();
        return classifier.classify(all).stream()
                .map(labels -> new Answer(labels, probable))
                .toList();
    }

    private void print(String text, Answer answer) {
        PrintWriter out = inputs.out();
        List<LabelScore> best = answer.labels().top(topK);
        if (inputs.json()) {
            ObjectNode line = Output.object().put("text", text);
            ArrayNode labels = line.putArray("labels");
            String name = answer.probable() ? "probability" : "score";
            best.forEach(
                    label -> labels.addObject().put("label", label.label()).put(name, Output.rounded(label.score())));
            Output.line(out, line);
            return;
        }
        out.println(text);
        for (LabelScore label : best) {
            String number = answer.probable() ? "%5.1f %%" : "%8.3f";
            double score = answer.probable() ? 100 * label.score() : label.score();
            out.printf(Locale.ROOT, "  " + number + "  %s%n", score, label.label());
        }
        out.flush();
    }

    private LabelLines lines() {
        return new LabelLines(inputs.out(), inputs.json(), topK);
    }
}
