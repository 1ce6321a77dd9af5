package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.training.Span;
import io.vitrail.vit.training.TrainingOptions.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingOptionsTest {
    private final TrainingOptions options = TrainingOptions.defaults(List.of(new Stage(2, 32), new Stage(3, 48)));

    @Test
    void stagesFollowEachOther() {
        assertThat(options.epochs()).isEqualTo(5);
        assertThat(List.of(0, 1, 2, 4)).extracting(options::side).containsExactly(32, 32, 48, 48);
        assertThat(options.lastSide()).isEqualTo(48);
        assertThatThrownBy(() -> options.side(5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("epoch 5 is not below the 5 epochs");
    }

    @Test
    void aTrainingIsAsLongAsItsStages() {
        assertThat(options.tuning().build().length()).isEqualTo(new Span.Epochs(5));
    }

    @Test
    void noStageIsRefused() {
        assertThatThrownBy(() -> TrainingOptions.defaults(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there must be at least one stage");
    }
}
