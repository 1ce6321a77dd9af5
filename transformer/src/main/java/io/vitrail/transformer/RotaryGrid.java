package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;

/**
 * Rotary position embedding over a grid (Siméoni et al. 2025, "DINOv3", section 3.2; after Su et al. 2021, "RoFormer").
 * Half of a head's pairs turn with the token's row, half with its column. Both are measured from −1 to 1 over the
 * picture, whatever its size, so that no table has to be resized.
 */
public final class RotaryGrid {
    private static final float TURN = (float) (2 * Math.PI);

    private final int headWidth;
    private final float[] frequencies;

    /**
     * @param headWidth a multiple of 4: two coordinates, and two members of each pair
     * @param theta base of the frequencies, in turns: they fall from 1 almost to 1 / theta
     */
    public RotaryGrid(int headWidth, double theta) {
        Check.that(headWidth % 4 == 0, "Rotary positions on a grid need heads 4, 8, 12… wide, not %d.", headWidth);
        Check.that(theta > 0, "The base of rotary frequencies must be positive, not %s.", theta);
        this.headWidth = headWidth;
        frequencies = new float[headWidth / 4];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(theta, -4.0 * i / headWidth);
        }
    }

    /**
     * The rotation of a grid's tokens.
     *
     * @param prefix tokens before the grid's, such as the class token: they aren't turned
     * @param manager owns the tables; the rotation is of no use once it is closed
     */
    public Rotation over(Grid grid, int prefix, NDManager manager) {
        Shape shape = new Shape(prefix + grid.tokens(), headWidth);
        NDArray angles = manager.create(angles(grid, prefix), shape);
        NDArray cos = angles.cos();
        NDArray sin = angles.sin();
        return new Rotation.Angles(cos, sin);
    }

    /** [prefix + tokens, headWidth]: by how much each component turns; 0 in the prefix. */
    private FloatBuffer angles(Grid grid, int prefix) {
        FloatBuffer angles = FloatBuffer.allocate((prefix + grid.tokens()) * headWidth);
        angles.position(prefix * headWidth);
        for (int token = 0; token < grid.tokens(); token++) {
            float y = centre(token / grid.columns(), grid.rows());
            float x = centre(token % grid.columns(), grid.columns());
            for (float coordinate : new float[] {y, x, y, x}) { // the same for both members of a pair
                putAngles(coordinate, angles);
            }
        }
        return angles.rewind();
    }

    private void putAngles(float coordinate, FloatBuffer angles) {
        for (float frequency : frequencies) {
            angles.put(TURN * coordinate * frequency);
        }
    }

    /** Where the middle of a cell lies between −1 and 1. */
    private static float centre(int cell, int cells) {
        return 2 * ((cell + 0.5f) / cells) - 1;
    }
}
