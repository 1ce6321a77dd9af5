package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextInput;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.NextTokenLoss;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.VisionInput;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * BLIP that answers questions (Li et al. 2022, section 5.3, figure 5a): the question is read while it asks the
 * picture; then a decoder writes the answer, and asks what has become of the question's tokens. It sees the picture
 * through the question alone.
 */
public final class BlipAnswerer extends BlipReader {
    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint     | block | shape | note
            vision_model.* | -     | -     | unused: the vision tower's own
            text_encoder.* | -     | -     | unused: the encoder's own
            text_decoder.* | -     | -     | unused: the decoder's own
            """);

    private final TextDecoder decoder;

    private BlipAnswerer(ConfigJson json) {
        super(json);
        ConfigJson asking = text().with("encoder_hidden_size", text().size("hidden_size", 768));
        decoder = part("decoder", TextModels.create(asking, TextTask.NEXT_TOKEN, TextDecoder.class));
    }

    /** The model that a config.json describes, without weights yet. */
    static BlipAnswerer of(ConfigJson json, FusionTask task) {
        return new BlipAnswerer(json);
    }

    /**
     * What the decoder asks, for {@link Pass#withContext}: the tokens of each question, which has asked its picture.
     *
     * @param pictures one, or one for each question, or one for each of as many questions that follow one another
     */
    public Tokens ask(TextInput questions, Tokens pictures, Pass pass) {
        return read(questions, pictures, pass);
    }

    /** Writes the answers; its passes carry the questions' tokens as their context. */
    public TextDecoder decoder() {
        return decoder;
    }

    /**
     * What each word of a question took from a picture's tokens while it was read, and what each token of its answer
     * did: it sees the picture through the question, so what it took from the question's tokens, times what these took.
     */
    List<MeanAttention> taken(VisionInput picture, TextInput question, WrittenText answer, Pass pass) {
        NDManager scope = picture.pixels().getManager();
        Trace reading = Trace.of(scope, Set.of(Trace.Stage.ATTENTIONS));
        Tokens asked = ask(question, see(picture, pass), pass.withTrace(reading));
        Trace writing = Trace.of(scope, Set.of(Trace.Stage.ATTENTIONS));
        TextInput written = TextInput.of(scope.create(answer.read()).expandDims(0));
        decoder.states(written, pass.withContext(asked).withTrace(writing));
        MeanAttention read = MeanAttention.of(reading, "cross_attentions.").orElseThrow(WordSources.unknown());
        MeanAttention told = MeanAttention.of(writing, "cross_attentions.").orElseThrow(WordSources.unknown());
        return List.of(read, told.part(answer.places(0)).through(read));
    }

    /** How answers are written where nothing else is asked for. */
    public GenerationOptions options() {
        return BlipWriter.options(text());
    }

    /** What an answer begins with. */
    public Prompt prompt() {
        return Prompt.of(BlipWriter.first(text()));
    }

    /** A given answer as the decoder would write it: between the token that begins it and the one that ends it. */
    public long[] framed(long[] ids) {
        long[] framed = new long[ids.length + 2];
        framed[0] = BlipWriter.first(text());
        System.arraycopy(ids, 0, framed, 1, ids.length);
        framed[framed.length - 1] = BlipWriter.last(text());
        return framed;
    }

    /**
     * The mean loss of the tokens behind the first of each answer.
     *
     * @param logits [batch, tokens, vocabulary]: what the decoder says comes next
     * @param answers [batch, tokens], int64: ids, or {@link CrossEntropy#IGNORED}
     * @return a scalar
     */
    public NDArray loss(NDArray logits, NDArray answers) {
        CrossEntropy.Options smoothed = CrossEntropy.Options.smoothed((float) text().number("label_smoothing", 0));
        return new NextTokenLoss(smoothed).evaluate(new NDList(answers), new NDList(logits));
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    List<WeightTable.Filling> towers(Checkpoint checkpoint) {
        return Stream.concat(super.towers(checkpoint).stream(), Stream.of(decoder.filling(checkpoint, "text_decoder")))
                .toList();
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of();
    }
}
