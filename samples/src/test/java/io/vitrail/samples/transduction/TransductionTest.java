package io.vitrail.samples.transduction;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.text.training.TextPair;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransductionTest {
    private static List<TextPair> drawn(Transduction language) {
        SplittableRandom random = new SplittableRandom(1);
        return Stream.generate(() -> language.draw(random)).limit(20_000).toList();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsHeldOutIsNeverDrawn(Transduction language) {
        List<TextPair> heldOut = language.heldOut(1000);
        assertThat(heldOut).hasSize(1000).doesNotHaveDuplicates().isEqualTo(language.heldOut(1000));
        Set<String> answers = drawn(language).stream().map(TextPair::target).collect(Collectors.toSet());
        assertThat(heldOut).extracting(TextPair::target).doesNotContainAnyElementsOf(answers);
    }

    @ParameterizedTest
    @EnumSource
    void theModelsCharactersAreEnough(Transduction language) {
        Stream.concat(drawn(language).stream(), language.heldOut(1000).stream())
                .flatMap(pair -> Stream.of(pair.source(), pair.target()))
                .flatMapToInt(String::chars)
                .distinct()
                .forEach(character -> assertThat(Transduction.CHARACTERS.indexOf(character))
                        .as("%c", character)
                        .isNotNegative());
    }

    @Test
    void copiesAreTheSameAndReversesBackToFront() {
        assertThat(drawn(Transduction.COPY)).allMatch(pair -> pair.source().equals(pair.target()));
        assertThat(drawn(Transduction.REVERSE))
                .allMatch(pair ->
                        new StringBuilder(pair.source()).reverse().toString().equals(pair.target()))
                .extracting(pair -> pair.source().length())
                .containsOnly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    }

    @Test
    void datesComeInSixForms() {
        List<TextPair> pairs = drawn(Transduction.DATES);
        for (String form : List.of(
                "\\d{1,2} [A-Z][a-z]+ \\d{4}",
                "[A-Z][a-z]+ \\d{1,2}, \\d{4}",
                "[A-Z][a-z]+day, \\d{1,2} [A-Z][a-z]+ \\d{4}",
                "[A-Z][a-z]{2} [A-Z][a-z]{2} \\d{1,2} \\d{4}",
                "\\d{1,2}\\.\\d{1,2}\\.\\d{4}",
                "\\d{4}/\\d\\d/\\d\\d")) {
            assertThat(pairs).extracting(TextPair::source).anyMatch(source -> source.matches(form));
        }
        assertThat(pairs).allSatisfy(pair -> {
            LocalDate date = LocalDate.parse(pair.target());
            assertThat(date.getYear()).isBetween(1900, 2099);
            assertThat(pair.source())
                    .contains(Integer.toString(date.getDayOfMonth()), Integer.toString(date.getYear()));
        });
    }
}
