package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextInput;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.text.tokenizer.Truncation;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.VisionInput;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
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
    public GenerationOptions options(Checkpoint checkpoint) {
        return GenerationOptions.of(checkpoint);
    }

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
     * The ids of a text as the decoder learns it: what it begins with, the words as the family's tokenizer frames them, and
     * the end. Each id but the last is followed by the one to be told.
     *
     * @param most ids; longer texts are cut
     */
    public long[] lesson(String text, Tokenizer tokenizer, GenerationOptions options, int most) {
        long[] ids = cut(text, tokenizer, most - 2);
        long start = options.start();
        boolean started = ids.length > 0 && ids[0] == start;
        boolean ended = ids.length > 0 && options.eos().contains(ids[ids.length - 1]);
        LongStream words = Arrays.stream(ids).skip(started ? 1 : 0);
        LongStream end = options.eos().stream().mapToLong(Long::longValue).limit(ended ? 0 : 1);
        return LongStream.concat(LongStream.concat(LongStream.of(start), words), end)
                .toArray();
    }

    /** A text's ids with special tokens, as many as there may be. */
    static long[] cut(String text, Tokenizer tokenizer, int most) {
        EncodeOptions options = EncodeOptions.builder()
                .truncation(Truncation.LONGEST_FIRST)
                .maxLength(most)
                .build();
        return tokenizer.encode(text, options).ids();
    }

    /** The part of the target that the family's own loss spreads over all words. */
    public double labelSmoothing() {
        return 0;
    }

    /** The same for those who ask where words came from. */
    Sight sight(VisionInput picture, Pass pass) {
        return Sight.of(see(picture, pass));
    }

    /** By cross-attention; where there is none, by attention to the tokens before the text's own. */
    @Override
    final MeanAttention taken(VisionInput picture, WrittenText text, Pass pass) {
        NDManager scope = picture.pixels().getManager();
        Sight sight = sight(picture, pass);
        Tokens seen = sight.tokens();
        Trace trace = Trace.of(scope, Set.of(Trace.Stage.ATTENTIONS));
        NDArray ids = scope.create(text.read()).expandDims(0);
        decoder().states(TextInput.of(ids), pass.withContext(seen).withTrace(trace));
        int context = Math.toIntExact(seen.vectors().getShape().get(1));
        int[] keys = IntStream.range(0, context).toArray();
        return MeanAttention.of(trace, "cross_attentions.")
                .map(asked -> asked.part(text.places(0), keys))
                .or(() -> MeanAttention.of(trace, "attentions.").map(all -> all.part(text.places(context), keys)))
                .map(sight::places)
                .orElseThrow(WordSources.unknown());
    }

    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return see(VisionInput.of(pixels), pass).vectors();
    }
}
