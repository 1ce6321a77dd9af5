package io.vitrail.transformer.training.report;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.training.TrainingHistory;
import io.vitrail.transformer.training.TrainingHistory.Epoch;
import io.vitrail.transformer.training.TrainingHistory.Step;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * A training as a page that needs no network, no script and no other file: curves, evaluations, the last confusion
 * matrix, settings. It is well-formed XML, too. Names of classes, metrics and settings may hold any characters.
 *
 * @param title of the page
 * @param history what happened; may be empty
 */
public record HistoryPage(String title, TrainingHistory history) {
    private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

    public HistoryPage {
        Check.given(title, "title");
        Check.given(history, "history");
    }

    /** The page. */
    public String html() {
        Map<String, String> contents = Map.of(
                "title", Markup.escaped(title),
                "summary", summary(),
                "notes", notes(),
                "charts", charts(),
                "epochs", epochs(),
                "confusion", history.confusion().map(ConfusionSection::html).orElse(""),
                "settings", settings());
        return PLACE.matcher(template()).replaceAll(place -> Matcher.quoteReplacement(contents.get(place.group(1))));
    }

    private static String template() {
        try (InputStream in = HistoryPage.class.getResourceAsStream("page.html")) {
            Check.state(in != null, "The page's template isn't in the jar.");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String summary() {
        List<Step> steps = history.steps();
        if (steps.isEmpty()) {
            return tile("steps", "0");
        }
        Step last = steps.get(steps.size() - 1);
        Curve smooth = curve(Step::loss).smoothed();
        String tiles = tile("steps", Long.toString(last.number()))
                + tile("epochs", Integer.toString(last.epoch()))
                + tile("training time", duration(last.seconds()))
                + tile("loss of the steps, smoothed", Markup.number(smooth.lastValue()));
        return tiles + lastEpoch().map(HistoryPage::metricTiles).orElse("");
    }

    private static String metricTiles(Epoch epoch) {
        return epoch.metrics().entrySet().stream()
                .map(metric -> tile(metric.getKey(), Markup.number(metric.getValue())))
                .collect(Collectors.joining());
    }

    private Optional<Epoch> lastEpoch() {
        return history.epochs().stream().reduce((first, second) -> second);
    }

    private static String tile(String name, String value) {
        return "<div>" + Markup.element("dt", Markup.name(name)) + Markup.element("dd", value) + "</div>\n";
    }

    private String notes() {
        long broken = history.steps().stream()
                .filter(step -> !Double.isFinite(step.loss()))
                .count();
        return broken == 0 ? "" : Markup.element("p", broken + " steps had a loss that is not a number.");
    }

    private String charts() {
        StringBuilder charts = new StringBuilder();
        Curve loss = curve(Step::loss);
        charts.append(Chart.html("Loss of the steps, and smoothed", List.of(loss, loss.smoothed())));
        if (history.steps().stream().anyMatch(step -> step.accuracy().isPresent())) {
            Curve accuracy = curve(step -> step.accuracy().orElse(Double.NaN));
            charts.append(Chart.html("Accuracy of the steps, and smoothed", List.of(accuracy, accuracy.smoothed())));
        }
        for (String metric : metrics()) {
            charts.append(Chart.html(metric + ", evaluated", List.of(evaluated(metric))));
        }
        charts.append(Chart.html("Learning rate", List.of(curve(Step::rate).withStyle(Curve.Style.LINE))));
        Curve norm = curve(Step::gradientNorm);
        charts.append(Chart.html("Gradient norm before clipping, and smoothed", List.of(norm, norm.smoothed())));
        return charts.toString();
    }

    private Curve curve(ToDoubleFunction<Step> value) {
        return new Curve(
                history.steps().stream().mapToDouble(Step::number).toArray(),
                history.steps().stream().mapToDouble(value).toArray(),
                Curve.Style.RAW);
    }

    private Curve evaluated(String metric) {
        DoubleStream values =
                history.epochs().stream().mapToDouble(epoch -> epoch.metrics().getOrDefault(metric, Double.NaN));
        double[] steps = history.epochs().stream().mapToDouble(Epoch::step).toArray();
        return new Curve(steps, values.toArray(), Curve.Style.DOTS);
    }

    /** All metrics, in the order in which they first occur. */
    private Set<String> metrics() {
        Set<String> names = new LinkedHashSet<>();
        history.epochs().forEach(epoch -> names.addAll(epoch.metrics().keySet()));
        return names;
    }

    private String epochs() {
        if (history.epochs().isEmpty()) {
            return "";
        }
        Set<String> metrics = metrics();
        String head = "<tr><th scope=\"col\">epoch</th><th scope=\"col\">steps</th><th scope=\"col\">time</th>"
                + "<th scope=\"col\">loss of the steps</th>"
                + Markup.each(metrics, name -> "<th scope=\"col\">" + Markup.name(name) + "</th>") + "</tr>";
        return "<h2>Evaluations</h2>\n" + Markup.table("", head, Markup.each(history.epochs(), e -> row(e, metrics)));
    }

    private String row(Epoch epoch, Set<String> metrics) {
        OptionalDouble seconds = history.steps().stream()
                .filter(step -> step.number() <= epoch.step())
                .mapToDouble(Step::seconds)
                .reduce((first, second) -> second);
        return "<tr><th scope=\"row\">" + epoch.number() + "</th>"
                + Markup.element("td", Long.toString(epoch.step()))
                + Markup.element("td", duration(seconds.orElse(Double.NaN)))
                + Markup.element("td", Markup.number(epoch.loss()))
                + Markup.each(
                        metrics,
                        name -> Markup.element(
                                "td", Markup.number(epoch.metrics().getOrDefault(name, Double.NaN))))
                + "</tr>\n";
    }

    private String settings() {
        if (history.settings().isEmpty()) {
            return "";
        }
        String rows = Markup.each(
                history.settings().entrySet(),
                setting -> "<tr><th scope=\"row\">" + Markup.name(setting.getKey()) + "</th>"
                        + Markup.element("td", Markup.name(setting.getValue())) + "</tr>\n");
        return "<h2>Settings</h2>\n" + Markup.table("settings", "", rows);
    }

    private static String duration(double seconds) {
        if (!Double.isFinite(seconds) || seconds < 0) {
            return Markup.number(Double.NaN);
        }
        Duration time = Duration.ofSeconds(Math.round(seconds));
        if (time.toHours() > 0) {
            return String.format(Locale.ROOT, "%d h %02d min", time.toHours(), time.toMinutesPart());
        }
        return String.format(Locale.ROOT, "%d min %02d s", time.toMinutes(), time.toSecondsPart());
    }

    /**
     * Writes the page; an existing file is replaced.
     *
     * @throws UncheckedIOException if it can't be written
     */
    public void save(Path file) {
        try {
            Files.writeString(file, html());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    file + " can't be written: " + e + "\n  try:  a file in a folder of yours.", e);
        }
    }
}
