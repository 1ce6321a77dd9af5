package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextInput;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.ClipVision;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * GIT (Wang et al. 2022, "GIT: A Generative Image-to-text Transformer for Vision and Language", section 3.1,
 * figure 2): CLIP's vision tower, and one stream in which the picture's tokens stand before those of the text. It has
 * no cross-attention. A film is some of its pictures, one behind the other; each has a vector of its own, which tells
 * when it was.
 */
public final class Git extends PictureWriter {
    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                | block              | shape              | note
            git.visual_projection.visual_projection.0 | projection         | width, visionWidth
            git.visual_projection.visual_projection.1 | norm               | width
            git.img_temporal_embedding.{i}            | moments.{i}.vector | 1, 1, visionWidth
            git.image_encoder.*                       | -                  | -                  | unused: the vision tower's own
            git.embeddings.*                          | -                  | -                  | unused: the text's own
            git.encoder.*                             | -                  | -                  | unused: the text's own
            output.*                                  | -                  | -                  | unused: the text's own
            """);

    private final ClipVision vision;
    private final Moments moments;
    private final Linear projection;
    private final TokenNorm norm;
    private final GitText text;
    private final long visionWidth;
    private final long width;
    private final long first;
    private final long last;

    private Git(ConfigJson json) {
        ConfigJson seen = json.section("vision_config");
        int from = seen.size("hidden_size", 768);
        int to = json.size("hidden_size", 768);
        visionWidth = from;
        width = to;
        first = json.integer("bos_token_id", 101);
        last = json.integer("eos_token_id", 102);
        vision = part("vision", ClipVision.ofGit(seen));
        moments = part("moments", new Moments(json.integer("num_image_with_embedding", 0), from));
        projection = part("projection", new Linear(from, to));
        norm = part("norm", new TokenNorm(to, (float) seen.number("layer_norm_eps", 1e-5)));
        text = part("text", new GitText(json));
    }

    /** The model that a config.json describes, without weights yet. */
    static Git of(ConfigJson json, FusionTask task) {
        return new Git(json);
    }

    @Override
    public Tokens see(VisionInput pictures, Pass pass) {
        return projected(tokens(pictures, pass), pass);
    }

    /**
     * The same for films.
     *
     * @param frames the first picture of each film, then the second of each, and so on
     * @throws IllegalArgumentException if there are more than the model has vectors for
     */
    public Tokens watch(List<VisionInput> frames, Pass pass) {
        moments.check(frames.size());
        NDList all = new NDList();
        for (int i = 0; i < frames.size(); i++) {
            all.add(moments.at(i, tokens(frames.get(i), pass), pass));
        }
        return projected(NDArrays.concat(all, 1), pass);
    }

    /** [batch, tokens, visionWidth]. */
    private NDArray tokens(VisionInput pictures, Pass pass) {
        Pass traced = pass.withTrace(pass.trace().prefixed("vision_"));
        return vision.normed(vision.features(pictures, traced), pass);
    }

    private Tokens projected(NDArray tokens, Pass pass) {
        return Tokens.of(norm.forward(projection.forward(tokens, pass), pass)); // [batch, tokens, width]
    }

    /** The whole stream behind the last layer: the pass's context, unless it is in the pass's cache, and the text. */
    public NDArray stream(TextInput input, Pass pass) {
        return text.stream(input, pass);
    }

    @Override
    public TextDecoder decoder() {
        return text;
    }

    /** The places of a single picture. */
    @Override
    public Optional<TokenLayout> layout(int imageHeight, int imageWidth) {
        return Optional.of(vision.layout(0, imageHeight, imageWidth));
    }

    /** With the start token, and without the separator, which would end the text. */
    @Override
    public long[] ids(String words, Tokenizer tokenizer) {
        long[] ids = super.ids(words, tokenizer);
        boolean ended = ids.length > 0 && ids[ids.length - 1] == last;
        return ended ? Arrays.copyOf(ids, ids.length - 1) : ids;
    }

    /** As its tokenizer frames it. */
    @Override
    public long[] lesson(String text, Tokenizer tokenizer, GenerationOptions options, int most) {
        return cut(text, tokenizer, most);
    }

    /** What the text is to begin with, as it is. */
    @Override
    public Prompt prompt(long[] ids, GenerationOptions options) {
        return ids.length == 0 ? Prompt.of(options.bos().orElse(first)) : Prompt.of(ids);
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    List<WeightTable.Filling> towers(Checkpoint checkpoint) {
        return List.of(vision.filling(checkpoint, "git.image_encoder"), text.filling(checkpoint));
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of("width", width, "visionWidth", visionWidth);
    }
}
