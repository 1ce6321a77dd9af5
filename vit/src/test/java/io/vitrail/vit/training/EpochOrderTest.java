package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpochOrderTest {
    private final List<TrainingSet> sets = List.of(
            new TrainingSet(TestPictures.colours(7, 1), 1, Augmentation.ofPhotos()),
            new TrainingSet(TestPictures.colours(4, 2), 2.5, Augmentation.ofPhotos()));

    @Test
    void everyPictureComesAsOftenAsItsSetIsRepeated() {
        List<String> draws = draws(1, 0);
        assertThat(draws).hasSize(17);
        for (int picture = 0; picture < 7; picture++) {
            assertThat(Collections.frequency(draws, "0/" + picture)).isEqualTo(1);
        }
        for (int picture = 0; picture < 4; picture++) {
            assertThat(Collections.frequency(draws, "1/" + picture)).isBetween(2, 3);
        }
    }

    @Test
    void seedAndEpochDecideTheOrder() {
        assertThat(draws(1, 0)).isEqualTo(draws(1, 0)).isNotEqualTo(draws(1, 1)).isNotEqualTo(draws(2, 0));
    }

    private List<String> draws(long seed, int epoch) {
        EpochOrder order = new EpochOrder(sets, seed, epoch);
        List<String> draws = new ArrayList<>();
        for (int i = 0; i < order.size(); i++) {
            draws.add(order.set(i) + "/" + order.picture(i));
        }
        return draws;
    }
}
