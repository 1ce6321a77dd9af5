package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.fusion.VisualQuestionAnswerer.Answer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** How answers to questions about a picture are printed. */
record VisualAnswers(PrintWriter out, boolean json, List<String> questions) {
    /** @param most of the answers to each question */
    void print(Path file, List<List<Answer>> answers, int most) {
        for (int i = 0; i < questions.size(); i++) {
            List<Answer> some =
                    answers.get(i).subList(0, Math.min(most, answers.get(i).size()));
            if (json) {
                Output.line(out, object(file, questions.get(i), some));
            } else {
                out.println(questions.get(i));
                some.forEach(answer ->
                        out.printf(Locale.ROOT, "  %5.1f %%  %s%n", 100 * answer.probability(), answer.text()));
            }
        }
        out.flush();
    }

    private static ObjectNode object(Path file, String question, List<Answer> answers) {
        ObjectNode line = Output.object()
                .put("file", file.toString())
                .put("question", question)
                .put("answer", answers.get(0).text())
                .put("score", Output.rounded(answers.get(0).score()));
        ArrayNode all = line.putArray("answers");
        for (Answer answer : answers) {
            all.addObject()
                    .put("answer", answer.text())
                    .put("probability", Output.rounded(answer.probability()))
                    .put("score", Output.rounded(answer.score()));
        }
        return line;
    }
}
