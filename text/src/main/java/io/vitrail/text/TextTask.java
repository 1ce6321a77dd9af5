package io.vitrail.text;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a class of the reference makes of its model's tokens; the end of the class's name tells. */
public enum TextTask {
    /** Tokens, and what the pooler makes of the first one if the family has one. */
    FEATURES("Model"),
    /** Tokens alone, where a pooler would have weights. */
    FEATURES_WITHOUT_POOLER("Model(add_pooling_layer=False)"),
    /** The same, with what stands for the whole text taken to a space that it shares with pictures. */
    PROJECTION("ModelWithProjection"),
    /** Tokens of the encoder alone, where a model has a decoder as well. */
    ENCODER_FEATURES("EncoderModel"),
    /** A score of each word of the vocabulary, for each token. */
    MASKED_WORD("ForMaskedLM"),
    /** The same, and whether the second sentence follows the first. */
    PRE_TRAINING("ForPreTraining"),
    /** Scores of two: the second sentence follows the first, or it doesn't. */
    NEXT_SENTENCE("ForNextSentencePrediction"),
    /** Scores of classes for the whole text. */
    SEQUENCE_CLASSIFICATION("ForSequenceClassification"),
    /** Scores of classes for each token. */
    TOKEN_CLASSIFICATION("ForTokenClassification"),
    /** For each token, whether the answer begins there and whether it ends there. */
    QUESTION_ANSWERING("ForQuestionAnswering"),
    /** A score of each of several texts. */
    MULTIPLE_CHOICE("ForMultipleChoice"),
    /** Scores of what follows each token. */
    NEXT_TOKEN("ForCausalLM"),
    /** The same, of a text that answers another one. */
    TEXT_TO_TEXT("ForConditionalGeneration");

    private final String ending;

    TextTask(String ending) {
        this.ending = ending;
    }

    /** What the names of its classes end in. */
    String ending() {
        return ending;
    }

    /** The classes of a family for these tasks, such as {@code BertForMaskedLM}. */
    static Map<String, TextTask> classes(String family, TextTask... tasks) {
        return Arrays.stream(tasks)
                .collect(Collectors.toUnmodifiableMap(task -> family + task.ending, Function.identity()));
    }

    /** The same, and others whose names don't say what they are for. */
    static Map<String, TextTask> classes(Map<String, TextTask> others, String family, TextTask... tasks) {
        Map<String, TextTask> all = new HashMap<>(others);
        all.putAll(classes(family, tasks));
        return Map.copyOf(all);
    }
}
