package io.vitrail.transformer.training.report;

import io.vitrail.transformer.training.Confusion;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Which classes were taken for which: a heat table, the most frequent mistakes, precision and recall of each class. */
final class ConfusionSection {
    private static final int MOST_CLASSES = 150;
    private static final int MISTAKES = 20;

    /** From this share on, text on its colour has the page's colour; on a dark page from the lower one. */
    private static final double STRONG = 0.7;

    private static final double STRONG_IN_THE_DARK = 0.5;

    private final Confusion confusion;
    private final int classes;
    private final long[] shown;
    private final long[] answered;

    private ConfusionSection(Confusion confusion) {
        this.confusion = confusion;
        classes = confusion.labels().size();
        shown = new long[classes];
        answered = new long[classes];
        for (int truth = 0; truth < classes; truth++) {
            for (int answer = 0; answer < classes; answer++) {
                shown[truth] += count(truth, answer);
                answered[answer] += count(truth, answer);
            }
        }
    }

    static String html(Confusion confusion) {
        ConfusionSection section = new ConfusionSection(confusion);
        String heat = section.classes <= MOST_CLASSES
                ? section.heat()
                : Markup.element("p", "The matrix of " + section.classes + " classes is too large to show.");
        return "<h2>Confusion matrix</h2>\n"
                + Markup.element(
                        "p",
                        "Rows are true classes, columns are answers. Colours are shares of the row; right is green.")
                + "\n" + heat + section.mistakes() + section.perClass();
    }

    private int count(int truth, int answer) {
        return confusion.counts().get(truth).get(answer);
    }

    private String label(int number) {
        return Markup.name(confusion.labels().get(number));
    }

    private String heat() {
        String head = "<tr><th></th>"
                + numbers()
                        .map(i -> "<th scope=\"col\"><span>" + label(i) + "</span></th>")
                        .collect(Collectors.joining())
                + "</tr>";
        String rows = numbers()
                .map(truth -> "<tr><th scope=\"row\">" + label(truth) + "</th>"
                        + numbers().map(answer -> cell(truth, answer)).collect(Collectors.joining()) + "</tr>\n")
                .collect(Collectors.joining());
        return Markup.table("confusion", head, rows);
    }

    private String cell(int truth, int answer) {
        int count = count(truth, answer);
        double share = count / (double) Math.max(1, shown[truth]);
        String text = share > STRONG ? " strong" : share > STRONG_IN_THE_DARK ? " middling" : count == 0 ? " none" : "";
        return String.format(
                Locale.ROOT,
                "<td class=\"%s%s\" style=\"--share: %.1f%%\">%d</td>",
                truth == answer ? "right" : "wrong",
                text,
                100 * share,
                count);
    }

    private Stream<Integer> numbers() {
        return IntStream.range(0, classes).boxed();
    }

    /** A true class, and another one that was the answer. */
    private record Mistake(int truth, int answer, int count) {}

    private String mistakes() {
        List<Mistake> most = numbers()
                .flatMap(truth -> numbers()
                        .filter(answer -> !answer.equals(truth) && count(truth, answer) > 0)
                        .map(answer -> new Mistake(truth, answer, count(truth, answer))))
                .sorted(Comparator.comparingInt(Mistake::count).reversed())
                .limit(MISTAKES)
                .toList();
        if (classes <= 2 || most.isEmpty()) {
            return "";
        }
        String head = "<tr><th scope=\"col\">class</th><th scope=\"col\">answer</th><th scope=\"col\">count</th></tr>";
        return "<h2>Most frequent mistakes</h2>\n"
                + Markup.table(
                        "",
                        head,
                        Markup.each(
                                most,
                                mistake -> "<tr><th scope=\"row\">" + label(mistake.truth) + "</th>"
                                        + Markup.element("td", label(mistake.answer))
                                        + Markup.element("td", Integer.toString(mistake.count)) + "</tr>\n"));
    }

    private String perClass() {
        String head = "<tr><th scope=\"col\">class</th><th scope=\"col\">precision</th><th scope=\"col\">recall</th>"
                + "<th scope=\"col\">F1</th><th scope=\"col\">examples</th></tr>";
        return "<h2>Classes</h2>\n"
                + Markup.table("", head, numbers().map(this::row).collect(Collectors.joining()));
    }

    private String row(int number) {
        double right = count(number, number);
        return "<tr><th scope=\"row\">" + label(number) + "</th>"
                + Markup.element("td", Markup.percent(right / answered[number]))
                + Markup.element("td", Markup.percent(right / shown[number]))
                + Markup.element("td", Markup.percent(2 * right / (answered[number] + shown[number])))
                + Markup.element("td", Long.toString(shown[number])) + "</tr>\n";
    }
}
