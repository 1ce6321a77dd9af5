package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.VisionInput;

/**
 * Two streams: a vision tower whose tokens a decoder of text asks by cross-attention while it writes. As a DJL block it maps
 * pixels to the tokens that are asked.
 */
public abstract class PictureWriter extends FusionModel {
    /** What the decoder asks, for {@link Pass#withContext}: the tokens of each picture. */
    public abstract Tokens see(VisionInput pictures, Pass pass);

    /** Writes; its passes carry the pictures' tokens as their context. */
    public abstract TextDecoder decoder();

    /** How the checkpoint's texts are written where nothing else is asked for. */
    public abstract GenerationOptions options(Checkpoint checkpoint);

    /** What the decoder continues for a text that is to begin with the given ids; none for a free one. */
    public abstract Prompt prompt(long[] ids, GenerationOptions options);

    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return see(VisionInput.of(pixels), pass).vectors();
    }
}
