package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * A text model each of whose tokens sees all others, before it and behind it, with the head of its task. As a DJL block it maps
 * ids [batch, tokens] to scores, or to the tokens' vectors without a head.
 */
public abstract class TextEncoder extends TextModel {
    private final TextTask task;
    private final List<String> labels;
    private Optional<TensorBlock> head = Optional.empty();
    private Optional<Linear> nextSentence = Optional.empty();

    /** @param labels names of the classes, where the task scores them */
    TextEncoder(TextTask task, List<String> labels) {
        this.task = task;
        boolean scored = task == TextTask.SEQUENCE_CLASSIFICATION || task == TextTask.TOKEN_CLASSIFICATION;
        this.labels = scored ? List.copyOf(labels) : List.of();
    }

    /**
     * Adds the parts that the task needs: "words", "nextSentence", "classifier" or "spans"; called by the subclass after its
     * other parts.
     *
     * @param words makes the head for words
     * @param classifier makes the head for whole texts, with so many scores
     */
    final void addHeads(
            int width, Supplier<? extends TensorBlock> words, IntFunction<? extends TensorBlock> classifier) {
        head = switch (task) {
            case FEATURES, FEATURES_WITHOUT_POOLER, PROJECTION, ENCODER_FEATURES -> Optional.empty();
            case MASKED_WORD, PRE_TRAINING -> Optional.of(part("words", words.get()));
            case NEXT_SENTENCE -> Optional.of(part("nextSentence", new Linear(width, 2)));
            case SEQUENCE_CLASSIFICATION -> Optional.of(part("classifier", classifier.apply(labels.size())));
            case MULTIPLE_CHOICE -> Optional.of(part("classifier", classifier.apply(1)));
            case TOKEN_CLASSIFICATION -> Optional.of(part("classifier", new Linear(width, labels.size())));
            case QUESTION_ANSWERING -> Optional.of(part("spans", new Linear(width, 2)));
            case NEXT_TOKEN, TEXT_TO_TEXT -> throw new IllegalStateException("An encoder writes no text.");
        };
        if (task == TextTask.PRE_TRAINING) {
            nextSentence = Optional.of(part("nextSentence", new Linear(width, 2)));
        }
    }

    /** What the model sees in a batch; records {@code last_hidden_state}, {@code pooler_output} and the layers' stages. */
    public abstract TextFeatures features(TextInput input, Pass pass);

    /** The features that an encoder makes of embedded texts, [batch, tokens, width]. */
    static TextFeatures features(TextInput input, NDArray x, Encoder encoder, Optional<Linear> pooler, Pass pass) {
        NDArray tokens = encoder.forward(new Tokens(x, input.mask()), pass).vectors();
        pass.trace().record("last_hidden_state", tokens);
        Optional<NDArray> pooled = pooler.map(layer -> layer.forward(tokens.get(":, 0"), pass)); // [batch, width]
        pooled.ifPresent(vector -> pass.trace().record("pooler_output", vector));
        return new TextFeatures(input, tokens, pooled);
    }

    /** The input of a model that reads places, segments if it tells them apart, and choices if it scores these. */
    final TextInput readable(TextInput input) {
        List<TextInput.Part> parts = new ArrayList<>(List.of(TextInput.Part.PLACES));
        if (segments() > 0) {
            parts.add(TextInput.Part.SEGMENTS);
        }
        if (task == TextTask.MULTIPLE_CHOICE) {
            parts.add(TextInput.Part.CHOICES);
        }
        return input.only(this, parts.toArray(TextInput.Part[]::new));
    }

    /** What the head for whole texts reads: [batch, width]. */
    abstract NDArray summary(TextFeatures features);

    /**
     * Scores before softmax or sigmoid; records them by the reference's names.
     *
     * @return by task: of words [batch, tokens, vocabulary], also where the next sentence is scored beside; of texts [batch,
     *     labels], or [batch / choices, choices]; of tokens [batch, tokens, labels]; of where an answer begins and where it ends
     *     [batch, tokens, 2]
     * @throws IllegalArgumentException if there is no head
     */
    public NDArray logits(TextFeatures features, Pass pass) {
        Check.that(head.isPresent(), "This model was loaded without a head, so it gives no scores.");
        return switch (task) {
            case MASKED_WORD, TOKEN_CLASSIFICATION -> scores("logits", head.get(), features.tokens(), pass);
            case PRE_TRAINING -> {
                scores("seq_relationship_logits", nextSentence.orElseThrow(), pooled(features), pass);
                yield scores("prediction_logits", head.get(), features.tokens(), pass);
            }
            case NEXT_SENTENCE -> scores("logits", head.get(), pooled(features), pass);
            case SEQUENCE_CLASSIFICATION -> scores("logits", head.get(), summary(features), pass);
            case MULTIPLE_CHOICE -> {
                NDArray each = head.get().forward(summary(features), pass); // [batch, 1]
                NDArray scores = each.reshape(-1, features.input().choices());
                pass.trace().record("logits", scores);
                yield scores;
            }
            case QUESTION_ANSWERING -> {
                NDArray scores = head.get().forward(features.tokens(), pass); // [batch, tokens, 2]
                pass.trace().record("start_logits", scores.get(":, :, 0"));
                pass.trace().record("end_logits", scores.get(":, :, 1"));
                yield scores;
            }
            case FEATURES, FEATURES_WITHOUT_POOLER, PROJECTION, ENCODER_FEATURES, NEXT_TOKEN, TEXT_TO_TEXT ->
                throw new IllegalStateException("There is no head.");
        };
    }

    private static NDArray scores(String name, TensorBlock head, NDArray x, Pass pass) {
        NDArray scores = head.forward(x, pass);
        pass.trace().record(name, scores);
        return scores;
    }

    static NDArray pooled(TextFeatures features) {
        return features.pooled().orElseThrow();
    }

    public final TextTask task() {
        return task;
    }

    /** Whether there are scores. */
    public final boolean hasHead() {
        return head.isPresent();
    }

    /** What gives the scores. */
    final TensorBlock head() {
        return head.orElseThrow();
    }

    /** Whether there is a pooler, which prepares the first token for heads. */
    boolean hasPooler() {
        return parts().containsKey("pooler");
    }

    /** Names of the classes by index; none if the task scores no classes. */
    public final List<String> labels() {
        return labels;
    }

    /** Most tokens of a text, special ones included. */
    public abstract int maxTokens();

    /** How many kinds of segments the model tells apart; 0 if it knows none. */
    public abstract int segments();

    /** Number of ids that the model knows. */
    public abstract int vocabulary();

    /** The id that fills up rows of a batch. */
    public long padding() {
        return 0;
    }

    /** Whether it was trained with rows that are filled up to the most tokens, and sees what they are filled with. */
    boolean seesPadding() {
        return false;
    }

    /** How tokens become one vector, where nobody says. */
    TextPooling usualPooling() {
        return TextPooling.MEAN;
    }

    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        TextFeatures features = features(TextInput.of(ids), pass);
        return head.isPresent() ? logits(features, pass) : features.tokens();
    }
}
