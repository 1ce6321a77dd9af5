package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.QuestionAnswerer;
import io.vitrail.text.QuestionAnswerer.Answer;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds the parts of a text that answer questions. */
@Command(name = "ask", description = "Find the part of a text that answers a question.")
final class AskCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TextModelOptions model;

    @Parameters(index = "0", paramLabel = "TEXT", description = "The text, of any length; - for standard input.")
    private String context;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "QUESTION", description = "Questions.")
    private List<String> questions;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "1",
            description = "Answers to each question (default ${DEFAULT-VALUE}).")
    private int topK;

    @Option(
            names = "--max-answer-tokens",
            paramLabel = "N",
            defaultValue = "15",
            description = "Most tokens of an answer (default ${DEFAULT-VALUE}).")
    private int maxAnswerTokens;

    @Option(names = "--may-lack", description = "The text may lack the answer, which is empty then.")
    private boolean mayLack;

    @Option(names = "--json", description = "One JSON object per line; a question that failed has an \"error\".")
    private boolean json;

    @Override
    public Integer call() {
        WrongCommandLine.unless(topK >= 1, spec, "--top-k must be at least 1, not %d", topK);
        WrongCommandLine.unless(
                maxAnswerTokens >= 1, spec, "--max-answer-tokens must be at least 1, not %d", maxAnswerTokens);
        String text = String.join("\n", Texts.named(List.of(context)));
        Items<String, String> items = new Items<>("question", Texts::readable, out(), err(), json);
        return items.answer(
                questions,
                () -> model.load((folder, compute) -> QuestionAnswerer.load(folder, options(), compute)),
                (answerer, some) -> some.stream()
                        .map(question -> answerer.answer(question, text))
                        .toList(),
                this::print);
    }

    private QuestionAnswerer.Options options() {
        return new QuestionAnswerer.Options(
                topK,
                maxAnswerTokens,
                OptionalInt.empty(),
                OptionalInt.empty(),
                mayLack ? QuestionAnswerer.Impossible.ALLOWED : QuestionAnswerer.Impossible.EXCLUDED,
                QuestionAnswerer.Borders.WORDS);
    }

    private void print(String question, List<Answer> answers) {
        if (json) {
            Output.line(out(), object(question, answers));
            return;
        }
        out().println(question);
        for (Answer answer : answers) {
            String shown = answer.text().isEmpty() ? "(no answer in the text)" : answer.text();
            out().printf(Locale.ROOT, "  %5.1f %%  %s%n", 100 * answer.score(), shown);
        }
        out().flush();
    }

    private static ObjectNode object(String question, List<Answer> answers) {
        ObjectNode line = Output.object().put("question", question);
        ArrayNode all = line.putArray("answers");
        for (Answer answer : answers) {
            all.addObject()
                    .put("answer", answer.text())
                    .put("probability", Output.rounded(answer.score()))
                    .put("start", answer.start())
                    .put("end", answer.end());
        }
        return line;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
