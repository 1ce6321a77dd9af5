package io.vitrail.transformer.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoraConfigTest {
    private static final LoraConfig QUERIES = LoraConfig.ofRank(4, "query", "output.dense");

    @Test
    void aChangeIsMultipliedByAlphaOverTheRankOrItsRoot() {
        assertThat(QUERIES.scaling()).isEqualTo(2);
        assertThat(QUERIES.withAlpha(3).scaling()).isEqualTo(0.75);
        LoraConfig stabilized = new LoraConfig(8, 6, 0, List.of("query"), LoraBias.NONE, List.of(), true);
        assertThat(stabilized.scaling()).isCloseTo(6 / 2.8284271247, within(1e-9));
    }

    @Test
    void layersAreNamedByWholeNamesOrTheirLastParts() {
        assertThat(QUERIES.isTarget("vit.encoder.layer.0.attention.query")).isTrue();
        assertThat(QUERIES.isTarget("query")).isTrue();
        assertThat(QUERIES.isTarget("layer.0.output.dense")).isTrue();
        assertThat(QUERIES.isTarget("layer.0.intermediate.dense")).isFalse();
        assertThat(QUERIES.isTarget("layer.0.big_query")).isFalse();
        assertThat(LoraConfig.ofRank(4, LoraConfig.ALL_LINEAR).isTarget("layer.0.intermediate.dense"))
                .isTrue();
    }

    @Test
    void whatIsTrainedWholeIsNotChangedByLowRank() {
        LoraConfig config = LoraConfig.ofRank(4, "dense").saving("classifier");
        assertThat(config.isSaved("classifier")).isTrue();
        assertThat(config.isSaved("classifier.dense")).isTrue();
        assertThat(config.isSaved("bert.classifier.dense")).isTrue();
        assertThat(config.isSaved("classifiers.dense")).isFalse();
        assertThat(config.isTarget("classifier.dense")).isFalse();
        assertThat(config.isTarget("pooler.dense")).isTrue();
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoraConfig.ofRank(0, "query"))
                .withMessage("The rank must be from 1 to 65536, not 0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoraConfig.ofRank(65_537, "query"))
                .withMessageContaining("65537");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QUERIES.withAlpha(0))
                .withMessage("Alpha must be positive, not 0.0.");
        assertThatIllegalArgumentException().isThrownBy(() -> QUERIES.withAlpha(Double.NaN));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QUERIES.withDropout(1))
                .withMessage("The dropout must be in [0, 1), not 1.0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoraConfig.ofRank(4))
                .withMessage("Say which layers to change: parts of their names, such as query, or all-linear.");
    }
}
