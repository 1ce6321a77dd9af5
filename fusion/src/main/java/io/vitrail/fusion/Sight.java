package io.vitrail.fusion;

import io.vitrail.transformer.Tokens;
import java.util.Optional;

/**
 * A picture as the tokens that words take from.
 *
 * @param tokens of the picture
 * @param taken what each of these took from the picture's places, where queries asked for them; else each is a place
 */
record Sight(Tokens tokens, Optional<MeanAttention> taken) {
    /** Tokens each of which is a place. */
    static Sight of(Tokens tokens) {
        return new Sight(tokens, Optional.empty());
    }

    /** What words that took so from the tokens took from the places: the product of both. */
    MeanAttention places(MeanAttention words) {
        return taken.map(words::through).orElse(words);
    }
}
