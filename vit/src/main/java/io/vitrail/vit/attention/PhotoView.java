package io.vitrail.vit.attention;

import io.vitrail.vit.TokenAxis;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.image.Box;

/**
 * How the normalised pixels that a model reads lie on the photo that they were made of.
 *
 * @param photoHeight of the photo
 * @param photoWidth of the photo
 * @param edges of the normalised pixels, on the photo
 * @param height of the normalised pixels
 * @param width of the normalised pixels
 */
record PhotoView(int photoHeight, int photoWidth, Box edges, int height, int width) {
    /** Pixels that are the photo. */
    static PhotoView same(int height, int width) {
        return new PhotoView(height, width, new Box(0, 0, width, height), height, width);
    }

    /** The layout on the photo instead of the pixels. */
    TokenLayout place(TokenLayout layout) {
        TokenAxis rows = layout.rows().in(edges.top(), (edges.bottom() - edges.top()) / height, photoHeight);
        TokenAxis columns = layout.columns().in(edges.left(), (edges.right() - edges.left()) / width, photoWidth);
        return layout.at(rows, columns);
    }
}
