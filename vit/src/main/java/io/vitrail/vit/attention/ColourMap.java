package io.vitrail.vit.attention;

/**
 * Strengths from 0 to 1 as colours: from near black over violet and red to pale yellow. Between its five anchors it is
 * straight in OKLab (Ottosson 2020), where equal distances look equally large, and its lightness rises evenly: it reads
 * the same in grey and to colour-blind eyes.
 */
final class ColourMap {
    static final int COLOURS = 256;

    /** OKLab lightness, and the axes from green to red and from blue to yellow. */
    private static final double[][] ANCHORS = {
        {0.16, 0.005, -0.045},
        {0.36, 0.090, -0.125},
        {0.56, 0.190, 0.045},
        {0.76, 0.075, 0.135},
        {0.96, -0.025, 0.090}
    };

    private static final byte[] RGB = table();

    private ColourMap() {}

    /** Red, green and blue of each colour, one after the other. */
    static byte[] rgb() {
        return RGB.clone();
    }

    private static byte[] table() {
        byte[] rgb = new byte[3 * COLOURS];
        for (int i = 0; i < COLOURS; i++) {
            double place = (double) i / (COLOURS - 1) * (ANCHORS.length - 1);
            int anchor = Math.min((int) place, ANCHORS.length - 2);
            double[] lab = new double[3];
            for (int c = 0; c < 3; c++) {
                lab[c] = ANCHORS[anchor][c] + (place - anchor) * (ANCHORS[anchor + 1][c] - ANCHORS[anchor][c]);
            }
            write(lab, rgb, 3 * i);
        }
        return rgb;
    }

    /** OKLab to linear sRGB by Ottosson's two matrices, then to 8 bits. */
    private static void write(double[] lab, byte[] rgb, int at) {
        double l = cube(lab[0] + 0.3963377774 * lab[1] + 0.2158037573 * lab[2]);
        double m = cube(lab[0] - 0.1055613458 * lab[1] - 0.0638541728 * lab[2]);
        double s = cube(lab[0] - 0.0894841775 * lab[1] - 1.2914855480 * lab[2]);
        rgb[at] = encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
        rgb[at + 1] = encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
        rgb[at + 2] = encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
    }

    private static double cube(double x) {
        return x * x * x;
    }

    /** sRGB's transfer function (IEC 61966-2-1). */
    private static byte encoded(double linear) {
        double value = Math.min(1, Math.max(0, linear));
        double curved = value <= 0.0031308 ? 12.92 * value : 1.055 * Math.pow(value, 1 / 2.4) - 0.055;
        return (byte) Math.round(255 * curved);
    }
}
