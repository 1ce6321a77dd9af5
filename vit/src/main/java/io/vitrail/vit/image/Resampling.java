package io.vitrail.vit.image;

/** Pillow's resampling filters. Configuration files hold Pillow's numbers for them. */
public enum Resampling {
    NEAREST(0, 0),
    LANCZOS(1, 3),
    BILINEAR(2, 1),
    BICUBIC(3, 2),
    BOX(4, 0.5),
    HAMMING(5, 1);

    private static final double BICUBIC_SHARPNESS = -0.5;

    private final int number;
    private final double support;

    Resampling(int number, double support) {
        this.number = number;
        this.support = support;
    }

    /** Pillow's number. */
    public int number() {
        return number;
    }

    /** How far from its centre the filter reaches, in pixels of the picture that is the smaller one. */
    double support() {
        return support;
    }

    /**
     * The filter of Pillow's number.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Resampling of(int number) {
        for (Resampling filter : values()) {
            if (filter.number == number) {
                return filter;
            }
        }
        throw new IllegalArgumentException("Unknown resampling filter " + number + "; supported are 0 (nearest), "
                + "1 (Lanczos), 2 (bilinear), 3 (bicubic), 4 (box) and 5 (Hamming).");
    }

    /** The filter's weight at a distance from its centre. */
    double weight(double distance) {
        double x = Math.abs(distance);
        return switch (this) {
            case NEAREST -> throw new IllegalStateException("The nearest pixel has no weights.");
            case LANCZOS -> distance >= -3 && distance < 3 ? sinc(distance) * sinc(distance / 3) : 0;
            case BILINEAR -> x < 1 ? 1 - x : 0;
            case BICUBIC -> bicubic(x);
            case BOX -> distance > -0.5 && distance <= 0.5 ? 1 : 0;
            case HAMMING -> hamming(x);
        };
    }

    private static double sinc(double x) {
        if (x == 0) {
            return 1;
        }
        double angle = x * Math.PI;
        return Math.sin(angle) / angle;
    }

    private static double bicubic(double x) {
        double a = BICUBIC_SHARPNESS;
        if (x < 1) {
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    /** Pillow's two constants are single-precision numbers. */
    private static double hamming(double x) {
        if (x == 0) {
            return 1;
        }
        double angle = x * Math.PI;
        return x < 1 ? Math.sin(angle) / angle * (0.54f + 0.46f * Math.cos(angle)) : 0;
    }
}
