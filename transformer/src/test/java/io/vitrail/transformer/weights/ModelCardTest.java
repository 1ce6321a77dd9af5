package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the head of a README.md says. */
class ModelCardTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "license: apache-2.0; apache-2.0",
                "tags:\\n- vision\\nlicense: \"mit\"; mit",
                "license:\\n- cc-by-nc-4.0\\n- mit; cc-by-nc-4.0",
                "license: [bsd-3-clause]; bsd-3-clause",
                "license: other\\nlicense_name: dinov3-license; dinov3-license",
                "license: other; other",
                "license_name: openrail; openrail"
            })
    void theLicenceIsInItsHead(String head, String licence) {
        assertThat(card("---\n" + head.replace("\\n", "\n") + "\n---\n# A model")
                        .licence())
                .contains(licence);
    }

    @Test
    void whatStandsElsewhereDoesNotCount() {
        assertThat(card("---\ntags: x\n---\nlicense: mit").licence()).isEmpty();
        assertThat(card("license: mit\n---\n").licence()).isEmpty();
        assertThat(card("---\nlicense:\n---\n").licence()).isEmpty();
        assertThat(card("").licence()).isEmpty();
    }

    private static ModelCard card(String text) {
        return ModelCard.parse(text);
    }
}
