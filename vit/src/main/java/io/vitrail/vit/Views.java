package io.vitrail.vit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.vit.image.Image;
import java.util.ArrayList;
import java.util.List;

/**
 * What a classifier looks at of each picture. Its answer is the mean of the probabilities of all these views (Krizhevsky
 * et al. 2012, "ImageNet Classification with Deep Convolutional Neural Networks", section 4.1).
 *
 * @param parts how much of the width and of the height each view shows, around the middle: 1 is the whole picture, which
 *     comes first. Other parts are left out where they have fewer pixels than the model's input.
 * @param mirrored whether each view is also looked at with left and right exchanged
 */
public record Views(List<Double> parts, boolean mirrored) {
    /** The whole picture, once. */
    public static final Views WHOLE = new Views(List.of(1.0), false);

    private static final String KEY = "views";
    private static final int MOST = 16;

    public Views {
        parts = List.copyOf(parts);
        boolean some = !parts.isEmpty() && parts.size() <= MOST;
        Check.that(some, "There must be 1 to %d views of a picture, not %d.", MOST, parts.size());
        Check.that(parts.get(0) == 1, "The first view must be the whole picture (1), not %s of it.", parts.get(0));
        for (double part : parts) {
            Check.that(part > 0 && part <= 1, "A view shows more than 0 and at most 1 of a picture, not %s.", part);
        }
    }

    /** Those that config.json names; without any, the whole picture. */
    static Views of(JsonNode config) {
        JsonNode json = config.path(KEY);
        if (json.isMissingNode()) {
            return WHOLE;
        }
        JsonNode mirrored = json.path("mirrored");
        Check.that(
                mirrored.isBoolean() || mirrored.isMissingNode(),
                "config.json: 'views.mirrored' must be true or false, not %s.",
                mirrored);
        List<Double> parts = new ArrayList<>();
        json.path("parts").forEach(part -> parts.add(part.asDouble()));
        try {
            return new Views(parts, mirrored.asBoolean());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("config.json: 'views.parts': " + e.getMessage(), e);
        }
    }

    /** Adds them to a config.json, as classifiers read them. */
    public void writeTo(ObjectNode config) {
        ObjectNode json = config.putObject(KEY).put("mirrored", mirrored);
        parts.forEach(json.putArray("parts")::add);
    }

    /**
     * The views of a picture, but for the mirrored ones.
     *
     * @param side of the model's input
     */
    List<Image> of(Image image, int side) {
        List<Image> views = new ArrayList<>(List.of(image));
        for (double part : parts.subList(1, parts.size())) {
            int width = (int) Math.round(part * image.width());
            int height = (int) Math.round(part * image.height());
            if (Math.min(width, height) >= side) {
                views.add(image.crop((image.width() - width) / 2, (image.height() - height) / 2, width, height));
            }
        }
        return views;
    }
}
