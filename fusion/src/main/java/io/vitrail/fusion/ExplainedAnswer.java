package io.vitrail.fusion;

import io.vitrail.fusion.VisualQuestionAnswerer.Answer;
import io.vitrail.vit.attention.WordMap;
import java.util.List;

/**
 * An answer to a question about a picture, and where its words came from.
 *
 * @param answer the best one
 * @param question words of the question, of a model that looks at the picture while it reads; else none
 * @param words of the answer, in their order; an answer that was chosen is one
 */
public record ExplainedAnswer(Answer answer, List<WordMap> question, List<WordMap> words) {
    public ExplainedAnswer {
        question = List.copyOf(question);
        words = List.copyOf(words);
    }
}
