package io.vitrail.vit.attention;

import io.vitrail.transformer.Check;
import io.vitrail.vit.TokenAxis;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A heat map over the photo that it was made of, pixel on pixel: enlarged bilinearly between the middles of its places,
 * the more opaque the stronger. What the model didn't see of the photo is dimmed.
 */
public final class HeatOverlay {
    private static final float LEAST_OPAQUE = 0.2f;
    private static final float MOST_OPAQUE = 0.75f;
    private static final float DIMMED = 0.35f;

    private final Image image;

    private HeatOverlay(Image image) {
        this.image = image;
    }

    /** @throws IllegalArgumentException if the map reaches beyond the photo, so that it was made of another one */
    public static HeatOverlay of(Image photo, HeatMap map) {
        Check.that(
                map.rows().end() <= photo.height() && map.columns().end() <= photo.width(),
                "The map is of a photo of at least %.0f × %.0f pixels (height × width), not %d × %d.",
                map.rows().end(),
                map.columns().end(),
                photo.height(),
                photo.width());
        byte[] rgb = photo.pixels().samples();
        Side columns = Side.of(map.columns(), map.grid().columns(), photo.width());
        Side rows = Side.of(map.rows(), map.grid().rows(), photo.height());
        float[] strengths = map.strengths();
        byte[] colours = ColourMap.rgb();
        for (int y = 0; y < photo.height(); y++) {
            for (int x = 0; x < photo.width(); x++) {
                int at = 3 * (y * photo.width() + x);
                if (rows.seen(y) && columns.seen(x)) {
                    blend(rgb, at, colours, between(strengths, map.grid().columns(), rows, y, columns, x));
                } else {
                    dim(rgb, at);
                }
            }
        }
        return new HeatOverlay(Image.fromPixels(rgb, photo.width(), photo.height()));
    }

    /** For each pixel along a side of the photo: the place before it, and how far it is on the way to the next. */
    private record Side(TokenAxis axis, int[] before, float[] way, int last) {
        static Side of(TokenAxis axis, int count, int length) {
            int[] before = new int[length];
            float[] way = new float[length];
            for (int i = 0; i < length; i++) {
                double place = Math.min(count - 1, Math.max(0, (i + 0.5 - axis.first()) / axis.pitch()));
                before[i] = (int) place;
                way[i] = (float) (place - before[i]);
            }
            return new Side(axis, before, way, count - 1);
        }

        boolean seen(int pixel) {
            return pixel + 0.5 >= axis.start() && pixel + 0.5 < axis.end();
        }

        int after(int pixel) {
            return Math.min(before[pixel] + 1, last);
        }
    }

    private static float between(float[] values, int stride, Side rows, int y, Side columns, int x) {
        int left = columns.before()[x];
        int right = columns.after(x);
        int above = rows.before()[y] * stride;
        int below = rows.after(y) * stride;
        float upper = values[above + left] + columns.way()[x] * (values[above + right] - values[above + left]);
        float lower = values[below + left] + columns.way()[x] * (values[below + right] - values[below + left]);
        return upper + rows.way()[y] * (lower - upper);
    }

    private static void blend(byte[] rgb, int at, byte[] colours, float strength) {
        int colour = 3 * Math.round(strength * (ColourMap.COLOURS - 1));
        float opacity = LEAST_OPAQUE + strength * (MOST_OPAQUE - LEAST_OPAQUE);
        float grey = 0.299f * (rgb[at] & 0xFF) + 0.587f * (rgb[at + 1] & 0xFF) + 0.114f * (rgb[at + 2] & 0xFF);
        for (int c = 0; c < 3; c++) {
            rgb[at + c] = (byte) Math.round(grey + opacity * ((colours[colour + c] & 0xFF) - grey));
        }
    }

    private static void dim(byte[] rgb, int at) {
        for (int c = 0; c < 3; c++) {
            rgb[at + c] = (byte) Math.round(DIMMED * (rgb[at + c] & 0xFF));
        }
    }

    /** The photo under the map, as large as the photo. */
    public Image image() {
        return image;
    }

    /**
     * Writes a PNG file; an existing one is replaced.
     *
     * @throws UncheckedIOException if it can't be written
     */
    public void save(Path file) {
        try {
            Files.write(file, EncodedImage.png(image));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    file + " can't be written: " + e + "\n  try:  a file in a folder of yours.", e);
        }
    }
}
