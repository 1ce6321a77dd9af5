package io.vitrail.samples.cli;

import io.vitrail.fusion.VisualQuestionAnswerer;
import io.vitrail.text.QuestionAnswerer;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Answers questions about a picture, or from a text: whichever the model reads. */
@Command(
        name = "ask",
        description = {
            "Answer questions about a picture, or with a part of a text if the model reads texts alone.",
            "Example: ./vitrail ask photo.jpg \"what is on the table?\" --model Salesforce/blip-vqa-base"
        })
final class AskCommand implements Callable<Integer> {
    /** Models for the task; none is embedded. */
    private static final String MODELS =
            "Salesforce/blip-vqa-base (pictures), HuggingFaceTB/SmolVLM-256M-Instruct (pictures) or"
                    + " distilbert/distilbert-base-cased-distilled-squad (texts)";

    private static final int USUAL_TOKENS = 15;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private AdapterOption adapter;

    @Mixin
    private ReadingOptions reading;

    @Parameters(
            index = "0",
            paramLabel = "IMAGE",
            description =
                    "A picture file; or a text of any length, if the model reads texts: then - stands for standard"
                            + " input.")
    private String source;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "QUESTION", description = "Questions.")
    private List<String> questions;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Answers to each question (by default the best, or all of --answers).")
    private Optional<Integer> topK;

    @Option(
            names = "--answers",
            paramLabel = "ANSWER",
            split = ",",
            description = "Answers to choose from, for pictures; commas between, or --answers once for each.")
    private List<String> answers = List.of();

    @Option(
            names = "--max-answer-tokens",
            paramLabel = "N",
            description = "Most tokens of an answer (by default 15 of a text, 64 of a model that chats, or what the"
                    + " checkpoint says).")
    private Optional<Integer> maxAnswerTokens;

    @Option(names = "--may-lack", description = "The text may lack the answer, which is empty then.")
    private boolean mayLack;

    @Option(names = "--text", description = "IMAGE is a text, even where a file has such a name.")
    private boolean text;

    @Option(names = "--json", description = "One JSON object per line and question; what failed has an \"error\".")
    private boolean json;

    @Override
    public Integer call() {
        PictureTextOptions.requireModel(model, MODELS, spec);
        atLeastOne("--top-k", topK);
        atLeastOne("--max-answer-tokens", maxAnswerTokens);
        return text || model.readsTextsOnly() ? askText() : askPicture();
    }

    private void atLeastOne(String option, Optional<Integer> number) {
        WrongCommandLine.unless(number.orElse(1) >= 1, spec, "%s must be at least 1, not %d", option, number.orElse(1));
    }

    private int askText() {
        WrongCommandLine.unless(answers.isEmpty(), spec, "--answers is for pictures, but what is asked is a text");
        WrongCommandLine.unless(
                text || !Files.isRegularFile(Path.of(source)),
                spec,
                "the model reads texts, but '%s' is a file%n  try:  --text, if that is the text; - < FILE for a file's"
                        + " text; a model that looks at pictures, such as Salesforce/blip-vqa-base.%n  here: %s",
                source,
                model.served().sentence());
        QuestionAnswerer.Options options = new QuestionAnswerer.Options(
                topK.orElse(1),
                maxAnswerTokens.orElse(USUAL_TOKENS),
                OptionalInt.empty(),
                OptionalInt.empty(),
                mayLack ? QuestionAnswerer.Impossible.ALLOWED : QuestionAnswerer.Impossible.EXCLUDED,
                QuestionAnswerer.Borders.WORDS);
        String context = String.join("\n", Texts.named(List.of(source)));
        TextAnswers lines = new TextAnswers(out(), json);
        Items<String, String> items = new Items<>("question", Texts::readable, out(), err(), json);
        return items.answer(
                questions,
                () -> model.loadForTexts(adapter.over(
                        (folder, compute) -> QuestionAnswerer.load(folder, options, compute),
                        (folder, peft, compute) -> QuestionAnswerer.loadMerged(folder, peft, options, compute))),
                (answerer, some) -> some.stream()
                        .map(question -> answerer.answer(question, context))
                        .toList(),
                lines::print);
    }

    private int askPicture() {
        WrongCommandLine.unless(!mayLack, spec, "--may-lack is for texts, but what is asked is a picture");
        List<String> asked = questions.stream().map(Texts::readable).toList();
        List<String> choices = answers.stream().map(String::strip).toList();
        VisualAnswers lines = new VisualAnswers(out(), json, asked);
        PictureFiles files = new PictureFiles(reading.reader(), out(), err(), json);
        return files.answer(
                List.of(Path.of(source)),
                this::open,
                (answerer, images) -> images.stream()
                        .map(image -> choices.isEmpty()
                                ? answerer.answers(image, asked, topK.orElse(1))
                                : answerer.rank(image, asked, choices))
                        .toList(),
                (file, all) -> lines.print(file, all, topK.orElse(Integer.MAX_VALUE)));
    }

    private VisualQuestionAnswerer open() {
        VisualQuestionAnswerer answerer = model.loadForPicturesAndTexts(
                adapter.over(VisualQuestionAnswerer::load, VisualQuestionAnswerer::loadMerged));
        try {
            return maxAnswerTokens
                    .map(most -> answerer.withOptions(
                            answerer.options().toBuilder().maxNewTokens(most).build()))
                    .orElse(answerer);
        } catch (RuntimeException e) {
            answerer.close();
            throw e;
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
