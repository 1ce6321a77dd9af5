package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.QuestionAnswerer.Answer;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** How answers are printed that are parts of a text. */
record TextAnswers(PrintWriter out, boolean json) {
    void print(String question, List<Answer> answers) {
        if (json) {
            Output.line(out, object(question, answers));
            return;
        }
        out.println(question);
        for (Answer answer : answers) {
            String shown = answer.text().isEmpty() ? "(no answer in the text)" : answer.text();
            out.printf(Locale.ROOT, "  %5.1f %%  %s%n", 100 * answer.score(), shown);
        }
        out.flush();
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
}
