package io.vitrail.vit.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.image.ProcessedImages;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Pictures and their tiles as the reference lays them out: [texts, pictures, 3, imageHeight, imageWidth], where texts
 * with fewer pictures than others have empty ones behind their own.
 */
public final class NestedPictures {
    /** The reference's name of what tells pixels from padding: [texts, pictures, imageHeight, imageWidth]. */
    public static final String MASK = "pixel_attention_mask";

    private static final String PIXELS = "pixel_values";

    private NestedPictures() {}

    /**
     * What a processor gives.
     *
     * @param counts by text, how many pictures it has
     */
    public static Map<String, GoldenTensor> of(ProcessedImages processed, List<Integer> counts) {
        int all = counts.stream().mapToInt(Integer::intValue).sum();
        int given = processed.tilings().size();
        Check.that(all == given, "There are %d pictures for %d places.", given, all);
        List<Integer> tiles = new ArrayList<>();
        int from = 0;
        for (int count : counts) {
            tiles.add(processed.tilings().subList(from, from + count).stream()
                    .mapToInt(tiling -> tiling.pictures())
                    .sum());
            from += count;
        }
        Check.that(
                processed.pixelMask().isPresent() || tiles.stream().distinct().count() == 1,
                "Texts with different numbers of pictures need do_pad.");
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        outputs.put(PIXELS, ImageReplayer.tensor(nested(processed.pixelValues(), tiles)));
        processed.pixelMask().ifPresent(mask -> outputs.put(MASK, GoldenTensor.of(nested(mask, tiles))));
        return outputs;
    }

    private static NDArray nested(NDArray flat, List<Integer> counts) {
        int most = counts.stream().mapToInt(Integer::intValue).max().orElseThrow();
        NDList rows = new NDList();
        int from = 0;
        for (int count : counts) {
            Shape missing = new Shape(most - count).addAll(flat.getShape().slice(1));
            NDArray empty = flat.getManager().zeros(missing, flat.getDataType());
            rows.add(
                    count == most
                            ? some(flat, from, count)
                            : some(flat, from, count).concat(empty));
            from += count;
        }
        return NDArrays.stack(rows);
    }

    private static NDArray some(NDArray flat, int from, int count) {
        return flat.get("{}:{}", from, from + count);
    }

    /** Whether a model's inputs are laid out so. */
    public static boolean isOf(Map<String, GoldenTensor> inputs) {
        return inputs.containsKey(PIXELS) && inputs.get(PIXELS).shape().length == 5;
    }

    /** What a model reads, in the manager: the pictures that aren't empty, that is 0 throughout. */
    public static VisionInput read(Map<String, GoldenTensor> inputs, NDManager manager) {
        NDArray nested = inputs.get(PIXELS).toArray(manager).toType(DataType.FLOAT32, false);
        Shape shape = nested.getShape();
        NDArray pixels = nested.reshape(new Shape(-1).addAll(shape.slice(2)));
        float[] values = pixels.neq(0f)
                .toType(DataType.FLOAT32, false)
                .sum(new int[] {1, 2, 3})
                .toFloatArray();
        long[] real = IntStream.range(0, values.length)
                .filter(i -> values[i] > 0)
                .asLongStream()
                .toArray();
        NDArray chosen = manager.create(real.length > 0 ? real : new long[] {0});
        VisionInput input = VisionInput.of(pixels.get(chosen));
        if (!inputs.containsKey(MASK)) {
            return input;
        }
        NDArray mask = inputs.get(MASK).toArray(manager);
        Shape expected = new Shape(shape.get(0), shape.get(1), shape.get(3), shape.get(4));
        Check.that(mask.getShape().equals(expected), "%s must be %s, not %s.", MASK, expected, mask.getShape());
        NDArray flat = mask.reshape(-1, shape.get(3), shape.get(4));
        return input.withReal(flat.toType(DataType.FLOAT32, false).get(chosen));
    }
}
