package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Grid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which pictures get which positions; what models then compute is compared with the reference's in golden cases. */
class PictureSizesTest {
    /** 4 × 4 patches. */
    private static final ImageConfig SQUARE = new ImageConfig(1, 40, 40, 10, 10);
    /** 2 × 8 patches: as many as 4 × 4. */
    private static final ImageConfig TWO_BY_EIGHT = new ImageConfig(1, 20, 80, 10, 10);
    /** 2 × 3 patches, of which no square can be made. */
    private static final ImageConfig TWO_BY_THREE = new ImageConfig(1, 20, 30, 10, 10);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void theTableIsTakenForASquareIfItCanBe() {
        assertThat(SQUARE.tableGrid()).isEqualTo(new Grid(4, 4));
        assertThat(TWO_BY_EIGHT.tableGrid()).isEqualTo(new Grid(4, 4));
        assertThat(TWO_BY_THREE.tableGrid()).isEqualTo(new Grid(2, 3));
    }

    @Test
    void theirOwnSizeIsThatInPixels() {
        assertThat(PictureSizes.ITS_OWN.places(TWO_BY_EIGHT, picture(20, 80))).isEqualTo(new Grid(4, 4));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PictureSizes.ITS_OWN.places(SQUARE, picture(45, 40)))
                .withMessage("The picture is 45 × 40 pixels (height × width); the model needs 40 × 40.\n"
                        + "  try:  resize it, or let the position table be interpolated (SizePolicy.INTERPOLATE).");
    }

    @Test
    void asManyPatchesTakeTheTableInOrder() {
        assertThat(PictureSizes.AS_MANY_PATCHES.places(SQUARE, picture(20, 80))).isEqualTo(SQUARE.tableGrid());
        assertThat(PictureSizes.AS_MANY_PATCHES.places(SQUARE, picture(43, 48))).isEqualTo(SQUARE.tableGrid());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PictureSizes.AS_MANY_PATCHES.places(SQUARE, picture(40, 53)))
                .withMessage("The picture is 40 × 53 pixels (height × width), which makes 20 patches; the model has"
                        + " positions for 16.\n  try:  resize it to 40 × 40, or let the position table be interpolated"
                        + " (SizePolicy.INTERPOLATE).");
    }

    @Test
    void whatIsInterpolatedGetsItsOwnGrid() {
        assertThat(PictureSizes.ALL.places(SQUARE, picture(20, 80))).isEqualTo(new Grid(2, 8));
        assertThat(PictureSizes.ALL.places(TWO_BY_EIGHT, picture(20, 80))).isEqualTo(new Grid(2, 8));
        assertThat(PictureSizes.ALL.places(SQUARE, picture(57, 33))).isEqualTo(new Grid(5, 3));
    }

    /** 24 × 24 pixels hold 18 patches of 8 × 4: nothing has to be interpolated. */
    @Test
    void squarePicturesWithAsManyPatchesTakeTheTableInOrder() {
        ImageConfig oblongPatches = new ImageConfig(1, 24, 24, 8, 4);
        assertThat(PictureSizes.ALL.places(oblongPatches, picture(24, 24))).isEqualTo(new Grid(3, 6));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PictureSizes.ALL.places(oblongPatches, picture(24, 32)))
                .withMessage("Positions of 3 × 6 patches, each of 8 × 4 pixels, can't be interpolated, as they can't be"
                        + " in the reference: it needs a square number of square patches.");
    }

    @Test
    void tablesThatAreNoSquareCannotBeInterpolated() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PictureSizes.ALL.places(TWO_BY_THREE, picture(20, 30)))
                .withMessage("Positions of 2 × 3 patches, each of 10 × 10 pixels, can't be interpolated, as they can't"
                        + " be in the reference: it needs a square number of square patches.");
    }

    @Test
    void lessThanAPatchIsNoPicture() {
        for (PictureSizes sizes : new PictureSizes[] {PictureSizes.AS_MANY_PATCHES, PictureSizes.ALL}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> sizes.places(SQUARE, picture(9, 400)))
                    .withMessage("A picture of 9 × 400 pixels is smaller than one patch of 10 × 10.");
        }
    }

    private VisionInput picture(int height, int width) {
        return VisionInput.of(manager.ones(new Shape(1, 1, height, width)));
    }
}
