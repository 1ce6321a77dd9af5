package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.text.TextModels;
import io.vitrail.vit.VisionModels;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The catalogues of all modules, joined. */
class CatalogueTest {
    @Test
    void everyModulesModelsAreInIt() {
        assertThat(Catalogue.modelTypes()).containsAll(VisionModels.types()).containsAll(TextModels.types());
    }

    @Test
    void everyFamilyOfGoldenCasesHasOneReplayer() {
        try (Catalogue.Replayers replayers = Catalogue.replayers()) {
            List<String> families = replayers.all().stream()
                    .flatMap(replayer -> replayer.families().stream())
                    .toList();
            assertThat(families)
                    .doesNotHaveDuplicates()
                    .containsAll(Set.of("vit", "beit", "swin", "interpolate", "image_processors"))
                    .containsAll(Set.of("bert", "roberta", "distilbert"));
        }
    }
}
