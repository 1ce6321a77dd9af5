package io.vitrail.transformer.training.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.training.Confusion;
import io.vitrail.transformer.training.TrainingHistory;
import io.vitrail.transformer.training.TrainingHistory.Epoch;
import io.vitrail.transformer.training.TrainingHistory.Step;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

class HistoryPageTest {
    /** A document type needs no outside file when it is read. */
    private static Document parse(String html) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
    }

    static TrainingHistory history(int epochs, int stepsPerEpoch, List<String> labels) {
        List<Step> steps = new ArrayList<>();
        List<Epoch> evaluations = new ArrayList<>();
        int total = epochs * stepsPerEpoch;
        for (int i = 1; i <= total; i++) {
            double noise = 0.3 * Math.sin(i * 12.9898) * Math.cos(i * 78.233);
            double loss = 0.4 + 2.6 * Math.exp(-4.0 * i / total) + noise;
            int epoch = (i - 1) / stepsPerEpoch + 1;
            double rate = 1e-3 * Math.min(i / (0.1 * total), 0.5 + 0.5 * Math.cos(Math.PI * i / total));
            steps.add(new Step(i, epoch, loss, OptionalDouble.of(1 - loss / 4), rate, 1 + noise, 1.5 * i));
            if (i % stepsPerEpoch == 0) {
                Map<String, Double> metrics = Map.of("accuracy", 0.9 - 0.5 * Math.exp(-6.0 * i / total));
                evaluations.add(new Epoch(epoch, i, loss, metrics, Optional.of(confusion(labels))));
            }
        }
        return new TrainingHistory(Map.of("learning rate", "0.001", "schedule", "cosine"), steps, evaluations);
    }

    /** Of class i, 10 + i right answers, and 3 + i that were the next class. */
    private static Confusion confusion(List<String> labels) {
        int classes = labels.size();
        List<List<Integer>> counts = IntStream.range(0, classes)
                .mapToObj(truth -> IntStream.range(0, classes)
                        .map(answer -> truth == answer ? 10 + truth : answer == (truth + 1) % classes ? 3 + truth : 0)
                        .boxed()
                        .toList())
                .toList();
        return new Confusion(labels, counts);
    }

    private static List<String> labels(int count) {
        return IntStream.range(0, count).mapToObj(i -> "class " + i).toList();
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 2", "1, 40, 2", "50, 40, 20", "3, 2000, 100"})
    void isOneWellFormedFileThatNeedsNothingElse(int epochs, int stepsPerEpoch, int classes) throws Exception {
        String html = new HistoryPage("Training", history(epochs, stepsPerEpoch, labels(classes))).html();
        Document page = parse(html);
        assertThat(html).doesNotContain("://", "url(", "@import", "{{");
        for (String name : List.of("script", "link", "img", "iframe", "object", "image", "use", "a")) {
            assertThat(page.getElementsByTagName(name).getLength()).as(name).isZero();
        }
        assertThat(html).doesNotContain("NaN", "Infinity").hasSizeLessThan(1_200_000);
    }

    @Test
    void hasTheNumbers() throws Exception {
        String html = new HistoryPage("Five epochs", history(5, 40, labels(3))).html();
        Document page = parse(html);
        NodeList cells = page.getElementsByTagName("td");
        List<String> texts = IntStream.range(0, cells.getLength())
                .mapToObj(i -> cells.item(i).getTextContent())
                .toList();
        assertThat(texts)
                .containsSequence("200", "5 min 00 s", "0.4518", "0.8988") // the last evaluation
                .containsSequence("66.7 %", "76.9 %", "71.4 %", "13") // 10 of 15 answers, 10 of 13 pictures
                .contains("0.001", "cosine");
        assertThat(html).contains("<h1>Five epochs</h1>", "<dt><bdi>epochs</bdi></dt><dd>5</dd>");
        assertThat(page.getElementsByTagName("figure").getLength()).isEqualTo(5);
        assertThat(page.getElementsByTagName("circle").getLength()).isEqualTo(5);
    }

    @Test
    void aMeasuredLossIsToldFromThatOfTheSteps() throws Exception {
        TrainingHistory some = history(1, 4, labels(3));
        Epoch epoch = new Epoch(1, 4, 1, Map.of("loss", 0.5), some.confusion());
        String html = new HistoryPage("x", new TrainingHistory(Map.of(), some.steps(), List.of(epoch))).html();
        NodeList titles = parse(html).getElementsByTagName("dt");
        assertThat(IntStream.range(0, titles.getLength())
                        .mapToObj(i -> titles.item(i).getTextContent()))
                .contains("loss of the steps, smoothed", "loss");
        assertThat(html).contains("<th scope=\"col\">loss of the steps</th>");
    }

    @Test
    void aMistakeStandsInTheRowOfTheTruth() throws Exception {
        String html = new HistoryPage("x", history(1, 4, List.of("cat", "dog", "owl"))).html();
        assertThat(html).contains("<bdi>cat</bdi></th><td><bdi>dog</bdi></td><td>3</td>");
        assertThat(html).contains("<bdi>owl</bdi></th><td class=\"wrong\" style=\"--share: 29.4%\">5</td>");
    }

    @Test
    void namesFromOutsideAreTextWhateverTheyHold() throws Exception {
        String evil = "<script>alert('x')</script> & \"{{settings}}\" $1 \\ \u0000 \u202E \uD800 \uFFFF";
        TrainingHistory harmless = history(1, 4, List.of(evil, "b"));
        Map<String, Double> metrics = Map.of(evil, 0.5);
        Epoch epoch = new Epoch(1, 4, 1, metrics, harmless.confusion());
        TrainingHistory history = new TrainingHistory(Map.of(evil, evil), harmless.steps(), List.of(epoch));
        String html = new HistoryPage(evil, history).html();
        Document page = parse(html);
        assertThat(page.getElementsByTagName("script").getLength()).isZero();
        assertThat(page.getElementsByTagName("h1").item(0).getTextContent())
                .isEqualTo("<script>alert('x')</script> & \"{{settings}}\" $1 \\ � \u202E � �");
        assertThat(page.getElementsByTagName("svg")
                        .item(2)
                        .getAttributes()
                        .getNamedItem("aria-label")
                        .getNodeValue())
                .startsWith("<script>");
    }

    @Test
    void lossesThatAreNoNumbersLeaveAGapAndAreCounted() throws Exception {
        List<Step> steps = new ArrayList<>();
        for (int i = 1; i <= 30; i++) {
            double loss = i == 10 || i == 20 ? Double.NaN : i == 25 ? Double.POSITIVE_INFINITY : 30.0 - i;
            steps.add(new Step(i, 1, loss, OptionalDouble.empty(), 1e-4, Double.NaN, i));
        }
        String html = new HistoryPage("x", new TrainingHistory(Map.of(), steps, List.of())).html();
        Document page = parse(html);
        assertThat(html).contains("3 steps had a loss that is not a number").doesNotContain("NaN", "Infinity");
        assertThat(page.getElementsByTagName("polyline").getLength()).isEqualTo(4 + 4 + 1);
    }

    @Test
    void smallLearningRatesHaveShortLabels() {
        List<Step> steps = IntStream.rangeClosed(0, 20)
                .mapToObj(i -> new Step(i + 1, 1, 1, OptionalDouble.empty(), 1e-6 * i, 1, i))
                .toList();
        String html = new HistoryPage("x", new TrainingHistory(Map.of(), steps, List.of())).html();
        assertThat(html).contains(">0</text>", ">5e−6</text>", ">1e−5</text>", ">1.5e−5</text>", ">2e−5</text>");
    }

    @Test
    void anEmptyHistoryIsAPage() throws Exception {
        String html = new HistoryPage("x", new TrainingHistory(Map.of(), List.of(), List.of())).html();
        assertThat(parse(html).getElementsByTagName("figure").getLength()).isZero();
    }

    @Test
    void aMatrixOfManyClassesIsLeftOut() throws Exception {
        String html = new HistoryPage("x", history(1, 2, labels(400))).html();
        assertThat(html)
                .contains("The matrix of 400 classes is too large to show.", "class 399")
                .hasSizeLessThan(200_000);
    }

    @Test
    void isWritten(@TempDir Path folder) throws Exception {
        HistoryPage page = new HistoryPage("x", history(1, 2, labels(2)));
        page.save(folder.resolve("report.html"));
        assertThat(folder.resolve("report.html")).hasContent(page.html());
        assertThat(Files.list(folder)).hasSize(1);
    }
}
