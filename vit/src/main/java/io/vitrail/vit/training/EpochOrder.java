package io.vitrail.vit.training;

import io.vitrail.transformer.training.Seeds;
import java.util.List;
import java.util.SplittableRandom;

/** Which picture comes when in an epoch: a shuffle of all draws from all sets, decided by seed and epoch alone. */
final class EpochOrder {
    private final int[] set;
    private final int[] picture;

    EpochOrder(List<TrainingSet> sets, long seed, int epoch) {
        int size = sets.stream().mapToInt(TrainingSet::draws).sum();
        set = new int[size];
        picture = new int[size];
        SplittableRandom random = Seeds.random(seed, epoch, -1);
        int next = 0;
        for (int i = 0; i < sets.size(); i++) {
            int[] permutation = Seeds.permutation(sets.get(i).pictures().size(), random);
            for (int draw = 0; draw < sets.get(i).draws(); draw++) {
                set[next] = i;
                picture[next++] = permutation[draw % permutation.length];
            }
        }
        shuffle(random);
    }

    int size() {
        return set.length;
    }

    /** The number of the set that the picture at a position is from. */
    int set(int position) {
        return set[position];
    }

    /** The number of that picture in its set. */
    int picture(int position) {
        return picture[position];
    }

    private void shuffle(SplittableRandom random) {
        for (int i = set.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            swap(set, i, j);
            swap(picture, i, j);
        }
    }

    private static void swap(int[] numbers, int i, int j) {
        int kept = numbers[i];
        numbers[i] = numbers[j];
        numbers[j] = kept;
    }
}
