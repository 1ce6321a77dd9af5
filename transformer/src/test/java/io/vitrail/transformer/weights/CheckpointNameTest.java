package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a checkpoint is called, by where it lies. */
class CheckpointNameTest {
    @Test
    void inTheHubsCacheItHasTheHubsName() {
        CheckpointName name = CheckpointName.of(Path.of("/cache/models--google--vit-base/snapshots/0123abcd"));
        assertThat(name.shown()).isEqualTo("google/vit-base");
        assertThat(name.reference()).hasValue("google/vit-base");
        assertThat(name.cardLine()).hasValue("base_model: \"google/vit-base\"");
        assertThat(CheckpointName.of(Path.of("models--gpt2/snapshots/0123abcd/"))
                        .shown())
                .isEqualTo("gpt2");
    }

    @Test
    void elsewhereItIsShownByItsFolderAndFoundByTheAbsoluteOne() {
        CheckpointName name = CheckpointName.of(Path.of("models/../my models/tuned"));
        assertThat(name.shown()).isEqualTo("tuned");
        assertThat(name.reference())
                .hasValue(Path.of("my models/tuned").toAbsolutePath().toString());
        assertThat(name.cardLine()).hasValue("base_model: \"tuned\"");
        assertThat(CheckpointName.of(Path.of("/models--backup/tuned")).shown()).isEqualTo("tuned");
        assertThat(CheckpointName.of(Path.of("/old/snapshots/tuned")).shown()).isEqualTo("tuned");
    }

    @Test
    void withoutAFolderOfItsOwnItIsOnlyShown() {
        CheckpointName name = CheckpointName.unlisted("the embedded model");
        assertThat(name.referenceOrShown()).isEqualTo("the embedded model");
        assertThat(name.cardLine()).isEmpty();
    }
}
