package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;

/**
 * BLIP that tells whether a text belongs to a picture, in two ways (Li et al. 2022, section 3.2). For matching, the
 * text asks the picture, and a head reads off its first token whether they are a pair; for contrast, each is read
 * alone, and the first tokens are compared in a space that both share: less exact, but pictures and texts are read
 * once, whatever they are compared with.
 */
public final class BlipMatcher extends BlipReader {
    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint     | block             | shape                     | note
            vision_proj    | pictureProjection | sharedWidth, pictureWidth
            text_proj      | textProjection    | sharedWidth, width
            itm_head       | pair              | 2, width
            vision_model.* | -                 | -                         | unused: the vision tower's own
            text_encoder.* | -                 | -                         | unused: the encoder's own
            """);

    private final int pictureWidth;
    private final int width;
    private final int sharedWidth;
    private final Linear pictureProjection;
    private final Linear textProjection;
    private final Linear pair;

    private BlipMatcher(ConfigJson json) {
        super(json);
        pictureWidth = json.section("vision_config").size("hidden_size", 768);
        width = text().size("hidden_size", 768);
        sharedWidth = json.size("image_text_hidden_size", 256);
        pictureProjection = part("pictureProjection", new Linear(pictureWidth, sharedWidth));
        textProjection = part("textProjection", new Linear(width, sharedWidth));
        pair = part("pair", new Linear(width, 2));
    }

    /** The model that a config.json describes, without weights yet. */
    static BlipMatcher of(ConfigJson json, FusionTask task) {
        return new BlipMatcher(json);
    }

    /**
     * Scores before softmax that a text and its picture are no pair, and that they are one; records {@code
     * question_embeds}, the text's tokens.
     *
     * @param pictures one, or one for each text, or one for each of as many texts that follow one another
     * @return [batch, 2]
     */
    public NDArray match(TextInput texts, Tokens pictures, Pass pass) {
        NDArray tokens = read(texts, pictures, pass).vectors(); // [batch, tokens, width]
        pass.trace().record("question_embeds", tokens);
        return pair.forward(tokens.get(":, 0"), pass);
    }

    /** The pictures' vectors of length 1 in the shared space: [pictures, sharedWidth]. */
    public NDArray vectors(Tokens pictures, Pass pass) {
        return pictureProjection.forward(pictures.vectors().get(":, 0"), pass).normalize(2, 1);
    }

    /**
     * The texts' vectors of length 1 in the shared space: [texts, sharedWidth]; records {@code question_embeds}
     * likewise.
     */
    public NDArray vectors(TextInput texts, Pass pass) {
        NDArray tokens = read(texts, pass).vectors(); // [texts, tokens, width]
        pass.trace().record("question_embeds", tokens);
        return textProjection.forward(tokens.get(":, 0"), pass).normalize(2, 1);
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of("pictureWidth", (long) pictureWidth, "width", (long) width, "sharedWidth", (long) sharedWidth);
    }
}
