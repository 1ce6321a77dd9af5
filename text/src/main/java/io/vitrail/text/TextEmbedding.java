package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.LearnedPositions;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.TokenNorm;
import java.util.Optional;

/**
 * Ids to tokens (Devlin et al. 2018, figure 2): the vectors of the word piece, of its place and of its segment are added and
 * normalised. What patches and their positions are to a picture. [batch, tokens] to [batch, tokens, width].
 */
public final class TextEmbedding extends TensorBlock {
    private final TokenEmbedding words;
    private final Optional<TokenEmbedding> segments;
    private final Optional<LearnedPositions> positions;
    private final TokenNorm norm;

    /**
     * @param segments the table of the kinds of sentences, where the model tells them apart
     * @param positions the table of places, where tokens have some
     */
    public TextEmbedding(
            TokenEmbedding words,
            Optional<TokenEmbedding> segments,
            Optional<LearnedPositions> positions,
            TokenNorm norm) {
        this.words = part("words", words);
        this.segments = segments.map(table -> part("segments", table));
        this.positions = positions.map(table -> part("positions", table));
        this.norm = part("norm", norm);
    }

    /** The input's ids, with their segments and places, as tokens: [batch, tokens, width]. */
    public NDArray forward(TextInput input, Pass pass) {
        NDArray x = words.forward(input.ids(), pass);
        if (segments.isPresent()) {
            NDArray ids = input.segments().orElseGet(() -> input.ids().zerosLike());
            x = x.add(segments.get().forward(ids, pass));
        }
        if (positions.isPresent()) {
            LearnedPositions table = positions.get();
            x = input.places().isPresent() ? table.forward(x, input.places().get(), pass) : table.forward(x, pass);
        }
        return norm.forward(x, pass);
    }

    /** Texts of one sentence, whose tokens stand where they follow each other. */
    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        return forward(TextInput.of(ids), pass);
    }

    /** The table of words, for heads that recognise words by the vectors that embed them. */
    public TokenEmbedding words() {
        return words;
    }
}
