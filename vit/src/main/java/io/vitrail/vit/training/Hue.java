package io.vitrail.vit.training;

/** Turns the colour circle, through hue, saturation and value of 8 bits each, as Pillow converts them. */
final class Hue {
    private static final int MAXIMUM = 255;

    private Hue() {}

    /** @param turn part of a full turn, -0.5 to 0.5 */
    static Picture turned(Picture picture, double turn) {
        byte[] rgb = picture.rgb().clone();
        int shift = (int) (turn * MAXIMUM);
        for (int i = 0; i < rgb.length; i += 3) {
            turn(rgb, i, shift);
        }
        return new Picture(picture.width(), picture.height(), rgb);
    }

    private static void turn(byte[] rgb, int i, int shift) {
        int red = rgb[i] & 0xff;
        int green = rgb[i + 1] & 0xff;
        int blue = rgb[i + 2] & 0xff;
        int value = Math.max(red, Math.max(green, blue));
        float range = value - Math.min(red, Math.min(green, blue));
        if (range == 0) {
            return;
        }
        int saturation = (int) (range / value * 255.0);
        float r = (value - red) / range;
        float g = (value - green) / range;
        float b = (value - blue) / range;
        float sixths = red == value ? b - g : (float) (green == value ? 2.0 + r - b : 4.0 + g - r);
        float circle = (float) ((sixths / 6.0 + 1.0) % 1.0);
        int hue = (int) (circle * 255.0) + shift & MAXIMUM;
        write(rgb, i, new int[] {hue, saturation, value});
    }

    private static void write(byte[] rgb, int i, int[] hsv) {
        double sixths = hsv[0] * 6.0 / MAXIMUM;
        int sector = (int) Math.floor(sixths);
        float within = (float) (sixths - sector);
        float saturation = (float) (hsv[1] / 255.0);
        int value = hsv[2];
        int low = round(value * (1.0 - saturation));
        int falling = round(value * (1.0 - saturation * within));
        int rising = round(value * (1.0 - saturation * (1.0 - within)));
        int[] colour =
                switch (hsv[1] == 0 ? -1 : sector % 6) {
                    case -1 -> new int[] {value, value, value};
                    case 0 -> new int[] {value, rising, low};
                    case 1 -> new int[] {falling, value, low};
                    case 2 -> new int[] {low, value, rising};
                    case 3 -> new int[] {low, falling, value};
                    case 4 -> new int[] {rising, low, value};
                    default -> new int[] {value, low, falling};
                };
        for (int channel = 0; channel < 3; channel++) {
            rgb[i + channel] = (byte) colour[channel];
        }
    }

    private static int round(double value) {
        return (int) Math.floor(value + 0.5);
    }
}
