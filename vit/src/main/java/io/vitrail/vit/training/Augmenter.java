package io.vitrail.vit.training;

import io.vitrail.vit.training.CropSampler.Crop;
import io.vitrail.vit.training.CropSampler.Filter;
import io.vitrail.vit.training.CropSampler.Raster;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Turns a picture into training pixels: random crop (Szegedy et al. 2015), resolution, blur, backdrop, JPEG, mirror image,
 * colours, erased rectangle. All is decided by the random numbers it is given. Keeps its memory between calls; for one thread.
 */
final class Augmenter {
    private static final double MIRROR = 0.5;
    private static final double MAX_SOFTNESS = 2.5;
    private static final int TRIES = 8;
    private static final int THUMBNAIL = 40;
    private static final int WORST_QUALITY = 60;
    private static final int BEST_QUALITY = 97;
    private static final double SMALLEST_PART = 0.4;
    private static final double LARGEST_PART = 0.9;
    private static final float RED = 0.299f;
    private static final float GREEN = 0.587f;
    private static final float BLUE = 0.114f;

    private final int side;
    private final Normalization normalization;
    private final CropSampler sampler = new CropSampler();
    private final Raster square;

    Augmenter(int side, Normalization normalization) {
        this.side = side;
        this.normalization = normalization;
        square = new Raster(side, side);
    }

    /**
     * Writes [3, side, side] normalised values to {@code target} from {@code offset} on. True if the result is sharp: the
     * picture fills it, and has more pixels than thumbnails do.
     */
    boolean apply(TrainingSet set, int number, SplittableRandom random, float[] target, int offset) {
        Picture picture = set.pictures().pictures().get(number);
        if (set.augmentation() instanceof StandardAugmentation standard) {
            normalization.toPlanes(standard.square(picture, side, random), target, offset);
            standard.erasing().apply(target, offset, side, random);
            return Math.min(side, Math.max(picture.width(), picture.height())) > THUMBNAIL;
        }
        Augmentation how = (Augmentation) set.augmentation();
        List<Picture> backdrops = set.backdrops();
        boolean sharp = false;
        Crop crop = random.nextDouble() < how.wholePicture() ? Crop.whole(picture) : crop(picture, how, random);
        if (!backdrops.isEmpty() && random.nextDouble() < how.backdrop()) {
            Raster small = new Raster(smaller(random), smaller(random));
            resize(picture, crop, how, random, small);
            Picture backdrop = backdrops.get(random.nextInt(backdrops.size()));
            resize(backdrop, crop(backdrop, Augmentation.ofScenes(), random), how, random, square);
            paste(small, random);
        } else {
            sharp = resize(picture, crop, how, random, square) > THUMBNAIL;
        }
        compress(square, how, random);
        recolour(how, random);
        if (random.nextDouble() < how.erase()) {
            erase(random);
        }
        normalization.toPlanes(square.rgb, random.nextDouble() < MIRROR, side, target, offset);
        return sharp;
    }

    /** A crop of random area and shape, within the picture where it fits. */
    private static Crop crop(Picture picture, Augmentation how, SplittableRandom random) {
        double width = picture.width();
        double height = picture.height();
        for (int i = 0; i < TRIES; i++) {
            double area = picture.width() * picture.height() * logBetween(how.minArea(), how.maxArea(), random);
            double ratio = logBetween(1 / how.maxStretch(), how.maxStretch(), random);
            width = Math.sqrt(area * ratio);
            height = Math.sqrt(area / ratio);
            boolean fits = width <= picture.width() && height <= picture.height();
            if (fits || area > picture.width() * picture.height()) {
                break;
            }
        }
        double left = between(Math.min(0, picture.width() - width), Math.max(0, picture.width() - width), random);
        double top = between(Math.min(0, picture.height() - height), Math.max(0, picture.height() - height), random);
        return new Crop(left, top, width, height);
    }

    private int smaller(SplittableRandom random) {
        return (int) Math.max(1, Math.round(side * between(SMALLEST_PART, LARGEST_PART, random)));
    }

    /** Returns how many pixels the longer side is shown by. */
    private int resize(Picture picture, Crop crop, Augmentation how, SplittableRandom random, Raster result) {
        double softness = random.nextDouble() < how.blur() ? between(1, MAX_SOFTNESS, random) : 1;
        Filter filter = random.nextBoolean() ? Filter.BILINEAR : Filter.BICUBIC;
        int longest = Math.max(result.width, result.height);
        if (random.nextDouble() >= how.lowResolution() || how.smallestSide() >= longest) {
            sampler.resample(picture, crop, filter, softness, result);
            return (int) Math.min(longest, Math.max(crop.width(), crop.height()));
        }
        int few = (int) Math.round(logBetween(how.smallestSide(), longest, random));
        Raster coarse = new Raster(few, few);
        Filter shrinking = Filter.values()[random.nextInt(Filter.values().length)];
        sampler.resample(picture, crop, shrinking, 1, coarse);
        compress(coarse, how, random);
        sampler.resample(coarse, filter, softness, result);
        return few;
    }

    private static void compress(Raster raster, Augmentation how, SplittableRandom random) {
        if (random.nextDouble() < how.jpeg()) {
            JpegArtefacts.apply(raster, random.nextInt(WORST_QUALITY, BEST_QUALITY + 1));
        }
    }

    /** Lays a smaller raster anywhere over the square; its border fades, over a random width. */
    private void paste(Raster small, SplittableRandom random) {
        int left = random.nextInt(side - small.width + 1);
        int top = random.nextInt(side - small.height + 1);
        double fading = between(1, Math.min(small.width, small.height) / 3.0, random);
        for (int y = 0; y < small.height; y++) {
            for (int x = 0; x < small.width; x++) {
                int border = Math.min(Math.min(x, small.width - 1 - x), Math.min(y, small.height - 1 - y));
                float opacity = (float) Math.min(1, (border + 1) / fading);
                int from = 3 * (y * small.width + x);
                int to = 3 * ((top + y) * side + left + x);
                for (int channel = 0; channel < 3; channel++) {
                    square.rgb[to + channel] += opacity * (small.rgb[from + channel] - square.rgb[to + channel]);
                }
            }
        }
    }

    /**
     * Brightness, contrast, saturation and a cast of colour, in one pass: value → gain · value + offset + part of
     * grey.
     */
    private void recolour(Augmentation how, SplittableRandom random) {
        float brightness = (float) (1 + between(-how.colour(), how.colour(), random));
        float contrast = (float) (1 + between(-how.colour(), how.colour(), random));
        float saturation = (float) (1 + between(-how.colour(), how.colour(), random));
        float[] cast = new float[3];
        for (int channel = 0; channel < 3; channel++) {
            cast[channel] = (float) (1 + between(-how.colour() / 2, how.colour() / 2, random)) * brightness * contrast;
        }
        if (random.nextDouble() < how.grey()) {
            saturation = 0;
        }
        float[] rgb = square.rgb;
        float offset = (1 - contrast) * brightness * meanGrey(rgb);
        for (int i = 0; i < rgb.length; i += 3) {
            float grey = (1 - saturation) * (RED * rgb[i] + GREEN * rgb[i + 1] + BLUE * rgb[i + 2]);
            rgb[i] = clamp(cast[0] * (saturation * rgb[i] + grey) + offset);
            rgb[i + 1] = clamp(cast[1] * (saturation * rgb[i + 1] + grey) + offset);
            rgb[i + 2] = clamp(cast[2] * (saturation * rgb[i + 2] + grey) + offset);
        }
    }

    private static float meanGrey(float[] rgb) {
        float red = 0;
        float green = 0;
        float blue = 0;
        for (int i = 0; i < rgb.length; i += 3) {
            red += rgb[i];
            green += rgb[i + 1];
            blue += rgb[i + 2];
        }
        return (RED * red + GREEN * green + BLUE * blue) * 3 / rgb.length;
    }

    private static float clamp(float value) {
        return Math.max(0, Math.min(255, value));
    }

    /** Covers a rectangle of 2 to 20 % of the area with one random colour. */
    private void erase(SplittableRandom random) {
        double area = side * side * between(0.02, 0.2, random);
        double ratio = logBetween(0.4, 2.5, random);
        int width = (int) Math.max(1, Math.min(side, Math.sqrt(area * ratio)));
        int height = (int) Math.max(1, Math.min(side, Math.sqrt(area / ratio)));
        int left = random.nextInt(side - width + 1);
        int top = random.nextInt(side - height + 1);
        float[] colour = {random.nextInt(256), random.nextInt(256), random.nextInt(256)};
        for (int y = top; y < top + height; y++) {
            for (int i = 3 * (y * side + left); i < 3 * (y * side + left + width); i += 3) {
                System.arraycopy(colour, 0, square.rgb, i, 3);
            }
        }
    }

    static double between(double low, double high, SplittableRandom random) {
        return low + (high - low) * random.nextDouble();
    }

    /** A draw whose logarithm is uniform. */
    static double logBetween(double low, double high, SplittableRandom random) {
        return low * Math.pow(high / low, random.nextDouble());
    }
}
