package io.vitrail.fusion.training;

import io.vitrail.transformer.training.Seeds;
import io.vitrail.vit.image.Image;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Several views of a photo: all of it, its mirror image, and parts, every other one mirrored. */
final class PhotoViews {
    private static final double SMALLEST_PART = 0.6;
    private static final double SPREAD = 0.3;

    private PhotoViews() {}

    /**
     * @param number of the photo, which decides its parts together with the seed
     * @param count of the views: 1 for all of it only
     */
    static List<Image> of(Image image, int count, long seed, long number) {
        List<Image> views = new ArrayList<>(List.of(image));
        SplittableRandom random = Seeds.random(seed, number, 0);
        while (views.size() < count) {
            Image part = views.size() == 1 ? image : part(image, random);
            views.add(views.size() % 2 == 1 ? mirrored(part) : part);
        }
        return views;
    }

    /** At least so much of the area, and nearly of the same proportions. */
    private static Image part(Image image, SplittableRandom random) {
        double area = random.nextDouble(SMALLEST_PART, 1);
        double ratio = Math.exp(random.nextDouble(-SPREAD, SPREAD));
        int width = (int) Math.max(1, Math.min(image.width(), image.width() * Math.sqrt(area * ratio)));
        int height = (int) Math.max(1, Math.min(image.height(), image.height() * Math.sqrt(area / ratio)));
        int left = random.nextInt(image.width() - width + 1);
        int top = random.nextInt(image.height() - height + 1);
        return image.crop(left, top, width, height);
    }

    private static Image mirrored(Image image) {
        byte[] rgb = image.pixels().samples();
        byte[] turned = new byte[rgb.length];
        int width = image.width();
        for (int pixel = 0; pixel < rgb.length / 3; pixel++) {
            int row = pixel / width;
            int mirror = row * width + width - 1 - pixel % width;
            System.arraycopy(rgb, 3 * pixel, turned, 3 * mirror, 3);
        }
        return Image.fromPixels(turned, width, image.height());
    }
}
