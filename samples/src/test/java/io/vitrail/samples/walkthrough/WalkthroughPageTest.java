package io.vitrail.samples.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.samples.walkthrough.Table.Beside;
import io.vitrail.samples.walkthrough.Table.Row;
import io.vitrail.samples.walkthrough.Table.Shading;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The walk-through as a page. */
class WalkthroughPageTest {
    private static final Walkthrough WALKTHROUGH = Walkthrough.compute();
    private static final String HTML = new WalkthroughPage(WALKTHROUGH).html();

    @TempDir
    private Path folder;

    private static Document parsed(String html) throws Exception {
        byte[] bytes = html.getBytes(StandardCharsets.UTF_8);
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(bytes));
    }

    private static List<Element> elements(Document page, String name) {
        NodeList found = page.getElementsByTagName(name);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .toList();
    }

    @Test
    void isWellFormedWithASectionForEachStep() throws Exception {
        Document page = parsed(HTML);
        assertThat(elements(page, "section")).hasSize(WALKTHROUGH.steps().size());
        assertThat(elements(page, "table"))
                .hasSize(WALKTHROUGH.steps().stream()
                        .mapToInt(step -> step.tables().size())
                        .sum());
        List<String> targets = elements(page, "a").stream()
                .map(a -> a.getAttribute("href").substring(1))
                .toList();
        assertThat(elements(page, "section").stream().map(section -> section.getAttribute("id")))
                .containsExactlyElementsOf(targets);
        assertThat(elements(page, "h1").get(0).getTextContent()).isEqualTo("Self-attention step by step: 写代码的中年人");
    }

    @Test
    void holdsEveryNumber() throws Exception {
        List<String> cells = elements(parsed(HTML), "td").stream()
                .map(Element::getTextContent)
                .toList();
        for (Step step : WALKTHROUGH.steps()) {
            for (Table table : step.tables()) {
                for (Row row : table.rows()) {
                    for (float value : row.values()) {
                        assertThat(cells).contains(Figures.of(value).replace('-', '−'));
                    }
                }
            }
        }
    }

    @Test
    void sharesAreColoured() {
        assertThat(HTML)
                .contains("<td class=\"share\" style=\"--share: 37.6%\">0.376</td>")
                .contains("<td class=\"share middling\" style=\"--share: 61.7%\">0.617</td>")
                .contains("<td class=\"share strong\" style=\"--share: 100.0%\">1.000</td>");
    }

    @Test
    void needsNothingElse() {
        assertThat(HTML)
                .contains("default-src 'none'")
                .doesNotContain("http:", "https:", "src=", "url(", "@import", "<script", "<link", "{{");
    }

    @Test
    void textCantBecomeMarkup() throws Exception {
        String evil = "<script>alert(\"1\")</script>&";
        Table table = new Table(
                evil,
                List.of(evil),
                List.of(new Row(evil, new float[] {1}, true)),
                Shading.SHARES,
                Optional.of(new Beside(evil, new float[] {1})));
        Step step = new Step(evil, evil, evil, evil, List.of(evil), List.of(table));
        Walkthrough walkthrough = new Walkthrough(List.of(new Word(evil, evil, evil)), evil, List.of(step));
        Document page = parsed(new WalkthroughPage(walkthrough).html());
        assertThat(elements(page, "script")).isEmpty();
        assertThat(elements(page, "caption").get(0).getTextContent()).isEqualTo(evil);
        assertThat(elements(page, "b").get(0).getTextContent()).isEqualTo(evil);
        assertThat(elements(page, "h2").get(0).getTextContent()).isEqualTo("1 " + evil);
    }

    /** Apart from last digits, which depend on the machine. */
    @Test
    void thePageInTheDocumentationIsThisOne() throws Exception {
        String committed = Files.readString(Path.of("../docs/walkthrough.html"));
        assertThat(withoutNumbers(committed)).isEqualTo(withoutNumbers(HTML));
        assertThat(committed.length()).isLessThan(200_000);
    }

    private static String withoutNumbers(String html) {
        return html.replaceAll("\\d+(\\.\\d+)?(e-\\d+)?", "#");
    }

    @Test
    void savesOrSaysWhyNot() {
        Path file = folder.resolve("walkthrough.html");
        new WalkthroughPage(WALKTHROUGH).save(file);
        assertThat(file).content(StandardCharsets.UTF_8).isEqualTo(HTML);
        Path missing = folder.resolve("none/walkthrough.html");
        assertThatThrownBy(() -> new WalkthroughPage(WALKTHROUGH).save(missing))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(missing.toString());
    }
}
