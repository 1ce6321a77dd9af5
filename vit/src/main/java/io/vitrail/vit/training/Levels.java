package io.vitrail.vit.training;

/** Changes that map each value of a channel to another one, as Pillow's ImageOps computes them. */
final class Levels {
    private static final int VALUES = 256;
    private static final int MAXIMUM = 255;

    private Levels() {}

    /** The new value of a value of one channel. */
    @FunctionalInterface
    private interface Table {
        int of(int value);
    }

    /** Keeps the highest bits of each value, 1 to 8. */
    static Picture posterized(Picture picture, int bits) {
        int mask = -1 << (8 - bits);
        Table table = value -> value & mask;
        return mapped(picture, table, table, table);
    }

    /** Inverts the values from the threshold on. */
    static Picture solarized(Picture picture, double threshold) {
        Table table = value -> value < threshold ? value : MAXIMUM - value;
        return mapped(picture, table, table, table);
    }

    /** Stretches each channel to 0 … 255. */
    static Picture stretched(Picture picture) {
        return mapped(picture, stretching(picture, 0), stretching(picture, 1), stretching(picture, 2));
    }

    /** Spreads each channel's values evenly. */
    static Picture equalized(Picture picture) {
        return mapped(picture, equalizing(picture, 0), equalizing(picture, 1), equalizing(picture, 2));
    }

    private static Table stretching(Picture picture, int channel) {
        int[] counts = histogram(picture, channel);
        int lowest = 0;
        while (counts[lowest] == 0) {
            lowest++;
        }
        int highest = highest(counts);
        if (highest == lowest) {
            return value -> value;
        }
        double scale = 255.0 / (highest - lowest);
        double offset = -lowest * scale;
        return value -> Math.max(0, Math.min(MAXIMUM, (int) (value * scale + offset)));
    }

    private static Table equalizing(Picture picture, int channel) {
        int[] counts = histogram(picture, channel);
        int step = (picture.width() * picture.height() - counts[highest(counts)]) / MAXIMUM;
        if (step == 0) {
            return value -> value;
        }
        int[] table = new int[VALUES];
        int below = step / 2;
        for (int value = 0; value < VALUES; value++) {
            table[value] = Math.min(MAXIMUM, below / step);
            below += counts[value];
        }
        return value -> table[value];
    }

    private static int highest(int[] counts) {
        int highest = MAXIMUM;
        while (counts[highest] == 0) {
            highest--;
        }
        return highest;
    }

    private static int[] histogram(Picture picture, int channel) {
        int[] counts = new int[VALUES];
        for (int i = channel; i < picture.rgb().length; i += 3) {
            counts[picture.rgb()[i] & 0xff]++;
        }
        return counts;
    }

    private static Picture mapped(Picture picture, Table... channels) {
        byte[] tables = new byte[channels.length * VALUES];
        for (int i = 0; i < tables.length; i++) {
            tables[i] = (byte) channels[i / VALUES].of(i % VALUES);
        }
        byte[] rgb = new byte[picture.rgb().length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = tables[i % 3 * VALUES + (picture.rgb()[i] & 0xff)];
        }
        return new Picture(picture.width(), picture.height(), rgb);
    }
}
