package io.vitrail.transformer.training.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Curves over steps as a figure of SVG. */
final class Chart {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 240;
    private static final int LEFT = 62;
    private static final int RIGHT = 24;
    private static final int TOP = 10;
    private static final int BOTTOM = 24;
    private static final int LINES = 5;

    private final Scale across;
    private final Scale up;

    private Chart(Scale across, Scale up) {
        this.across = across;
        this.up = up;
    }

    /** The figure; nothing if no curve has a value. */
    static String html(String name, List<Curve> curves) {
        double[] values = all(curves.stream().map(Curve::values).toList());
        if (values.length == 0) {
            return "";
        }
        double[] steps = all(curves.stream().map(Curve::steps).toList());
        double[] fromZero = {0, Arrays.stream(steps).max().orElseThrow()};
        Chart chart = new Chart(
                Scale.of(fromZero, LEFT, WIDTH - RIGHT).wholeNumbers(), Scale.of(values, HEIGHT - BOTTOM, TOP));
        String title = Markup.escaped(name);
        return "<figure><figcaption>" + Markup.name(name) + "</figcaption>\n<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" role=\"img\" aria-label=\"" + title + "\">\n" + chart.grid() + Markup.each(curves, chart::curve)
                + "</svg></figure>\n";
    }

    private static double[] all(List<double[]> arrays) {
        return arrays.stream()
                .flatMapToDouble(DoubleStream::of)
                .filter(Double::isFinite)
                .toArray();
    }

    /** From values to places on the page. */
    private record Scale(double low, double high, double step, double start, double end) {
        static Scale of(double[] values, double start, double end) {
            double low = Arrays.stream(values).min().orElse(0);
            double high = Arrays.stream(values).max().orElse(1);
            double range = high - low;
            if (!(range > 1e-9 * Math.abs(high))) { // one value: in the middle
                range = high == 0 ? 1 : Math.abs(high);
                low -= range / 2;
                high += range / 2;
            }
            return new Scale(low, high, niceStep(range / LINES), start, end);
        }

        Scale wholeNumbers() {
            return new Scale(low, high, Math.max(1, step), start, end);
        }

        /** 1, 2 or 5 times a power of ten, not below the value. */
        private static double niceStep(double value) {
            double power = Math.pow(10, Math.floor(Math.log10(value)));
            double digits = value / power;
            return power * (digits <= 1 ? 1 : digits <= 2 ? 2 : digits <= 5 ? 5 : 10);
        }

        double place(double value) {
            return start + (value - low) / (high - low) * (end - start);
        }

        /** The round numbers within. */
        double[] ticks() {
            long first = (long) Math.ceil(low / step);
            long last = (long) Math.floor(high / step);
            return IntStream.rangeClosed(0, (int) (last - first))
                    .mapToDouble(i -> (first + i) * step)
                    .toArray();
        }

        String label(double tick) {
            int decimals = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
            String format = tick == 0 ? "%.0f" : decimals > 4 ? "%.1e" : "%." + decimals + "f";
            String label = String.format(Locale.ROOT, format, tick == 0 ? 0 : tick); // not -0
            return label.replaceFirst("\\.0e", "e").replaceFirst("e-0*", "e-").replace('-', '−');
        }
    }

    private String grid() {
        StringBuilder grid = new StringBuilder();
        for (double tick : up.ticks()) {
            String y = place(up.place(tick));
            grid.append("<path class=\"grid\" d=\"M" + LEFT + " " + y + "H" + (WIDTH - RIGHT) + "\"/><text x=\""
                    + (LEFT - 6) + "\" y=\"" + y + "\" dy=\"4\" text-anchor=\"end\">" + up.label(tick) + "</text>\n");
        }
        for (double tick : across.ticks()) {
            grid.append("<text x=\"" + place(across.place(tick)) + "\" y=\"" + (HEIGHT - 6)
                    + "\" text-anchor=\"middle\">" + across.label(tick) + "</text>\n");
        }
        return grid.toString();
    }

    private String curve(Curve curve) {
        String style = curve.style() == Curve.Style.RAW ? "raw" : "smooth";
        String lines = Markup.each(
                curve.pieces(), piece -> "<polyline class=\"" + style + "\" points=\"" + points(piece) + "\"/>\n");
        boolean alone = curve.pieces().stream().allMatch(piece -> piece.steps().size() == 1);
        return curve.style() == Curve.Style.DOTS || alone ? lines + dots(curve) : lines;
    }

    private String points(Curve.Piece piece) {
        return IntStream.range(0, piece.steps().size())
                .mapToObj(i -> place(across.place(piece.steps().get(i))) + ","
                        + place(up.place(piece.values().get(i))))
                .collect(Collectors.joining(" "));
    }

    private String dots(Curve curve) {
        return curve.pieces().stream()
                .flatMap(piece -> IntStream.range(0, piece.steps().size())
                        .mapToObj(i -> dot(piece.steps().get(i), piece.values().get(i))))
                .collect(Collectors.joining());
    }

    private String dot(double step, double value) {
        return String.format(
                Locale.ROOT,
                "<circle cx=\"%s\" cy=\"%s\" r=\"3\"><title>step %.0f: %s</title></circle>%n",
                place(across.place(step)),
                place(up.place(value)),
                step,
                Markup.number(value));
    }

    private static String place(double place) {
        return String.format(Locale.ROOT, "%.1f", place);
    }
}
