package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import io.vitrail.transformer.DjlEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PictureBatchesTest {
    private static final int SIDE = 6;

    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private static final Variation USUAL = StandardAugmentation.defaults()
            .withPolicy(RandAugment.defaults())
            .withErasing(Erasing.of(0.5).withFill(Erasing.Fill.NOISE));
    private final List<TrainingSet> sets = List.of(
            new TrainingSet(TestPictures.colours(13, 1), 1, Augmentation.ofPhotos()),
            new TrainingSet(TestPictures.colours(13, 2), 1, USUAL));

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void batchesDependOnSeedAndEpochButNotOnThreads() {
        List<float[]> batches = read(1, 5, 0, 0);
        assertThat(batches).hasSize(2 * 6).usingRecursiveComparison().isEqualTo(read(3, 5, 0, 0));
        assertThat(batches.get(0))
                .isNotEqualTo(read(1, 5, 1, 0).get(0))
                .isNotEqualTo(read(1, 6, 0, 0).get(0));
    }

    @Test
    void aResumedEpochGoesOnWithTheBatchThatComesNext() {
        List<float[]> batches = read(1, 5, 0, 0);
        assertThat(read(1, 5, 0, 4)).usingRecursiveComparison().isEqualTo(batches.subList(2 * 4, 2 * 6));
    }

    @Test
    void closingABatchFreesAllOfIt() {
        try (PictureBatches batches = batches(1, 5)) {
            for (Batch batch : batches.epoch(new PictureBatches.Epoch(0, SIDE), 0, manager)) {
                assertThat(batch.getData().get(0).getShape()).isEqualTo(new Shape(4, 3, SIDE, SIDE));
                assertThat(batch.getLabels().get(0).sum().getFloat()).isEqualTo(4);
                batch.close();
                assertThat(manager.getManagedArrays()).isEmpty();
            }
        }
    }

    @Test
    void labelsBeyondTheClassesAreRefused() {
        PictureBatches.Options two = new PictureBatches.Options(4, 2, Mixing.NONE, Normalization.SYMMETRIC, 1, 1);
        assertThatThrownBy(() -> new PictureBatches(sets, two))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("colours: label 2 is not below the 2 classes");
    }

    @Test
    void aPictureOfNoClassMakesAllClassesEquallyLikely() {
        PictureSet two = new PictureSet(
                "two",
                List.of(TestPictures.noise(8, 8, 1), TestPictures.noise(8, 8, 2)),
                List.of(PictureSet.NO_CLASS, 2));
        List<TrainingSet> sets = List.of(new TrainingSet(two, 1, Augmentation.ofScenes()));
        PictureBatches.Options options = new PictureBatches.Options(2, 4, Mixing.NONE, Normalization.SYMMETRIC, 1, 1);
        try (PictureBatches batches = new PictureBatches(sets, options)) {
            for (Batch batch : batches.epoch(new PictureBatches.Epoch(0, SIDE), 0, manager)) {
                NDArray labels = batch.getLabels().singletonOrThrow();
                assertThat(List.of(labels.get(0).toFloatArray(), labels.get(1).toFloatArray()))
                        .usingRecursiveFieldByFieldElementComparator()
                        .containsExactlyInAnyOrder(new float[] {0.25f, 0.25f, 0.25f, 0.25f}, new float[] {0, 0, 1, 0});
                batch.close();
            }
        }
    }

    @Test
    void sharpPicturesAreToldApartFromTheirRivalsOnly() {
        Augmentation plain = new Augmentation(1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0);
        PictureSet one = new PictureSet("one", List.of(TestPictures.noise(90, 70, 1)), List.of(2));
        TrainingSet sharp = new TrainingSet(one, 1, plain).amongWhenSharp(Set.of(1, 2));
        List<TrainingSet> sets = List.of(sharp, new TrainingSet(one, 1, plain));
        PictureBatches.Options options = new PictureBatches.Options(2, 4, Mixing.NONE, Normalization.SYMMETRIC, 1, 1);
        for (int side : new int[] {48, 32}) {
            try (PictureBatches batches = new PictureBatches(sets, options)) {
                for (Batch batch : batches.epoch(new PictureBatches.Epoch(0, side), 0, manager)) {
                    NDArray candidates = batch.getLabels().get(1);
                    assertThat(List.of(
                                    candidates.get(0).toFloatArray(),
                                    candidates.get(1).toFloatArray()))
                            .usingRecursiveFieldByFieldElementComparator()
                            .containsExactlyInAnyOrder(
                                    side == 48 ? new float[] {0, 1, 1, 0} : new float[] {1, 1, 1, 1},
                                    new float[] {1, 1, 1, 1});
                    batch.close();
                }
            }
        }
    }

    @Test
    void rivalsMustIncludeThePicturesOwnClasses() {
        TrainingSet set = sets.get(0);
        assertThatThrownBy(() -> set.amongWhenSharp(Set.of(0, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("colours: the rivals of sharp pictures must include the pictures' own classes");
    }

    /** Pixels and labels of each batch in turn. */
    private List<float[]> read(int threads, long seed, int epoch, int first) {
        List<float[]> read = new ArrayList<>();
        try (PictureBatches batches = batches(threads, seed)) {
            for (Batch batch : batches.epoch(new PictureBatches.Epoch(epoch, SIDE), first, manager)) {
                read.add(batch.getData().get(0).toFloatArray());
                read.add(batch.getLabels().get(0).toFloatArray());
                batch.close();
            }
        }
        return read;
    }

    private PictureBatches batches(int threads, long seed) {
        Mixing mixing = new Mixing(0.3, 0.3, 1);
        return new PictureBatches(
                sets, new PictureBatches.Options(4, 3, mixing, Normalization.SYMMETRIC, seed, threads));
    }
}
