package io.vitrail.vit.attention;

import ai.djl.ndarray.types.Shape;
import io.vitrail.vit.TokenAxis;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.image.Box;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageProcessor;

/**
 * How the normalised pixels that a model reads lie on the photo that they were made of.
 *
 * @param photoHeight of the photo
 * @param photoWidth of the photo
 * @param edges of the normalised pixels, on the photo
 * @param height of the normalised pixels
 * @param width of the normalised pixels
 */
public record PhotoView(int photoHeight, int photoWidth, Box edges, int height, int width) {
    /** Pixels that are the photo. */
    static PhotoView same(int height, int width) {
        return new PhotoView(height, width, new Box(0, 0, width, height), height, width);
    }

    /**
     * Of a photo that was processed.
     *
     * @param pixels shape of what came out: [batch, channels, imageHeight, imageWidth]
     */
    public static PhotoView of(Image photo, ImageProcessor processor, Shape pixels) {
        Box edges = processor.view(photo.height(), photo.width());
        int height = Math.toIntExact(pixels.get(2));
        return new PhotoView(photo.height(), photo.width(), edges, height, Math.toIntExact(pixels.get(3)));
    }

    /** The layout on the photo instead of the pixels. */
    public TokenLayout place(TokenLayout layout) {
        TokenAxis rows = layout.rows().in(edges.top(), (edges.bottom() - edges.top()) / height, photoHeight);
        TokenAxis columns = layout.columns().in(edges.left(), (edges.right() - edges.left()) / width, photoWidth);
        return layout.at(rows, columns);
    }
}
