package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * A vision tower, and a decoder of text for which the picture's tokens are the context: it asks them by cross-attention
 * while it writes, or has them before its own. As a DJL block it maps pixels to these tokens.
 */
public abstract class PictureWriter extends FusionModel {
    /** What the decoder asks, for {@link Pass#withContext}: the tokens of each picture. */
    public abstract Tokens see(VisionInput pictures, Pass pass);

    /** Writes; its passes carry the pictures' tokens as their context. */
    public abstract TextDecoder decoder();

    /** How the checkpoint's texts are written where nothing else is asked for. */
    public abstract GenerationOptions options(Checkpoint checkpoint);

    /**
     * What the decoder continues for a text that is to begin with the given ids, none for a free one: the start token, and
     * these behind it.
     *
     * @param ids as {@link #ids} makes them
     */
    public Prompt prompt(long[] ids, GenerationOptions options) {
        return Prompt.of(LongStream.concat(LongStream.of(options.start()), Arrays.stream(ids))
                .toArray());
    }

    /** The ids of words that a text is to begin with: as the family's processor makes them, so with special tokens. */
    public long[] ids(String words, Tokenizer tokenizer) {
        return tokenizer.encode(words).ids();
    }

    /**
     * How the tokens that are asked lie on pixels of a size; empty if they don't, or aren't asked by cross-attention.
     */
    public Optional<TokenLayout> layout(int imageHeight, int imageWidth) {
        return Optional.empty();
    }

    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return see(VisionInput.of(pixels), pass).vectors();
    }
}
