package io.vitrail.fusion;

import io.vitrail.vit.TokenLayout;
import java.util.function.UnaryOperator;

/**
 * The places of a picture that words took from.
 *
 * @param layout of the places on normalised pixels
 * @param tokens how many tokens stand for them
 * @param shares what was taken from each token to what was taken from each place; sums are kept
 */
record PicturePlaces(TokenLayout layout, int tokens, UnaryOperator<float[]> shares) {
    /** Each token is a place. */
    static PicturePlaces of(TokenLayout layout) {
        return new PicturePlaces(layout, layout.tokens(), UnaryOperator.identity());
    }
}
