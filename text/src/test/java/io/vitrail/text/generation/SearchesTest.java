package io.vitrail.text.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.vitrail.text.generation.Searches.Expected;
import io.vitrail.text.generation.Searches.Search;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Greedy and beam searches equal Hugging Face's, with options in random combinations: ids, scores and log-probabilities. */
class SearchesTest {
    private static final double TOLERANCE = 1e-4;

    @TestFactory
    Stream<DynamicTest> searchesEqualTheReference() {
        return Searches.all().stream()
                .map(search -> dynamicTest(search.keywords().toString(), () -> assertEqual(search)));
    }

    private static void assertEqual(Search search) {
        List<GeneratedSequence> rows = generate(search, search.padded());
        assertThat(rows).hasSameSizeAs(search.rows());
        for (int i = 0; i < rows.size(); i++) {
            Expected expected = search.rows().get(i);
            assertThat(rows.get(i).ids()).as("ids of row %d", i).containsExactly(expected.ids());
            assertThat(rows.get(i).logProbabilities())
                    .as("log-probabilities of row %d", i)
                    .containsExactly(expected.logProbabilities(), within(TOLERANCE));
            if (!Double.isNaN(expected.score())) {
                assertThat(rows.get(i).score()).isCloseTo(expected.score(), within(TOLERANCE));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> promptsDontDependOnEachOther() {
        return Searches.all().stream()
                .filter(search -> search.prompts().size() > 1)
                .map(search -> dynamicTest(search.keywords().toString(), () -> assertIndependent(search)));
    }

    private static void assertIndependent(Search search) {
        List<Prompt> prompts = search.prompts().stream().map(Prompt::of).toList();
        List<GeneratedSequence> alone = new ArrayList<>();
        prompts.forEach(prompt -> alone.addAll(generate(search, List.of(prompt))));
        assertThat(generate(search, prompts)).usingRecursiveComparison().isEqualTo(alone);
    }

    private static List<GeneratedSequence> generate(Search search, List<Prompt> prompts) {
        try (Decoding decoding = new TableDecoding(Searches.TABLE, Integer.MAX_VALUE)) {
            return GenerationEngine.of(search.options()).generate(decoding, prompts, TokenListener.NONE).stream()
                    .flatMap(List::stream)
                    .toList();
        }
    }
}
