package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Grid;
import io.vitrail.vit.TokenAxis;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.attention.HeatMap;
import io.vitrail.vit.attention.PhotoView;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageProcessor;
import io.vitrail.vit.image.ProcessedImages;
import io.vitrail.vit.image.Tiling;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens of tiles and of the whole picture, on the photo. */
class TiledPlacesTest {
    private static final int SPOT = 12;
    private static final int PATCH = 4;

    /** Whose tokens count. */
    private enum Part {
        TILES,
        WHOLE,
        BOTH;

        /** Tokens along a side of the photo. */
        int tokens(int places, int side) {
            return this == TILES ? places : side / PATCH;
        }

        boolean counts(Tiling tiling, int tile) {
            boolean whole = tile == tiling.pictures() - 1;
            return this == BOTH || tiling.equals(Tiling.NONE) || whole == (this == WHOLE);
        }
    }

    private static TiledPlaces places(Tiling tiling, int tokens, int pitch, int side) {
        TokenAxis axis = TokenAxis.ofPatches(tokens, pitch, side);
        return new TiledPlaces(tiling, TokenLayout.global(0, new Grid(tokens, tokens), axis, axis), side, side);
    }

    @ParameterizedTest
    @CsvSource({"3, 4, 5, 6, 30", "3, 4, 5, 6, 33", "2, 1, 4, 7, 31", "0, 0, 4, 7, 31"})
    void nothingIsLost(int rows, int columns, int tokens, int pitch, int side) {
        Random random = new Random(5);
        PicturePlaces places =
                places(new Tiling(rows, columns), tokens, pitch, side).places();
        float[] taken = new float[places.tokens()];
        double sum = 0;
        for (int i = 0; i < taken.length; i++) {
            taken[i] = random.nextFloat() / taken.length;
            sum += taken[i];
        }
        float[] shares = places.shares().apply(taken);
        assertThat(shares).hasSize(places.layout().tokens());
        double all = 0;
        for (float share : shares) {
            all += share;
        }
        assertThat(all).isCloseTo(sum, within(1e-5));
    }

    @Test
    void aTokenOfATileIsOnePlaceAndOneOfTheWholeIsSeveral() {
        PicturePlaces places = places(new Tiling(2, 3), 2, 8, 16).places();
        float[] tile = new float[7 * 4];
        tile[5 * 4 + 1] = 1; // second row, third column; right above
        float[] whole = new float[7 * 4];
        whole[6 * 4 + 2] = 6; // left below
        float[] ofTile = places.shares().apply(tile);
        float[] ofWhole = places.shares().apply(whole);
        for (int place = 0; place < 4 * 6; place++) {
            int row = place / 6;
            int column = place % 6;
            assertThat(ofTile[place]).isEqualTo(row == 2 && column == 5 ? 1 : 0);
            assertThat(ofWhole[place]).isCloseTo(row >= 2 && column < 3 ? 1 : 0, within(1e-6f));
        }
    }

    /** Photos with one bright spot: what is bright in the tiles, or in the whole, lies on the spot. */
    @ParameterizedTest
    @CsvSource({
        "180, 120, 32, 128",
        "110, 230, 32, 128",
        "180, 120, 35, 140",
        "90, 290, 35, 105",
        "300, 90, 35, 140",
        "150, 150, 38, 38"
    })
    void heatLiesOnTheSpot(int width, int height, int side, int longest) {
        ImageProcessor processor = processor(side, longest);
        double seen = side / PATCH * PATCH / (double) side; // of the whole; the rest fills no token
        for (Part part : Part.values()) {
            double sumX = 0;
            double sumY = 0;
            int spots = 0;
            for (int y = SPOT; y < seen * height - SPOT; y += 4) {
                int x = SPOT + y * 37 % (int) (seen * width - 2 * SPOT);
                HeatMap map = bright(spot(width, height, x, y), processor, part);
                int columns = map.grid().columns();
                double offX =
                        (middle(map, map.columns(), place -> place % columns) - x) * part.tokens(columns, side) / width;
                double offY = (middle(map, map.rows(), place -> place / columns) - y)
                        * part.tokens(map.grid().rows(), side)
                        / height;
                assertThat(Math.abs(offX)).isLessThan(0.8);
                assertThat(Math.abs(offY)).isLessThan(0.8);
                sumX += offX;
                sumY += offY;
                spots++;
            }
            assertThat(sumX / spots).isCloseTo(0, within(0.15)); // of a token: no bias
            assertThat(sumY / spots).isCloseTo(0, within(0.15));
        }
    }

    private static ImageProcessor processor(int side, int longest) {
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        options.putObject("max_image_size").put("longest_edge", side);
        options.putObject("size").put("longest_edge", longest);
        return ImageProcessor.load(Goldens.folder("smolvlm/base")).withOptions(options);
    }

    /** What tokens hold of brightness. */
    private static HeatMap bright(Image photo, ImageProcessor processor, Part part) {
        try (NDManager manager = DjlEngine.newManager(Device.cpu());
                ProcessedImages processed = processor.process(List.of(photo), manager)) {
            int side = (int) processed.pixelValues().getShape().get(3);
            float[] pixels = processed.pixelValues().get(":, 0").toFloatArray(); // from −1 to 1
            int tokens = side / PATCH;
            Tiling tiling = processed.firstTiling();
            float[] taken = new float[tiling.pictures() * tokens * tokens];
            for (int i = 0; i < pixels.length; i++) {
                int tile = i / (side * side);
                int row = i / side % side / PATCH;
                int column = i % side / PATCH;
                if (part.counts(tiling, tile) && row < tokens && column < tokens) {
                    taken[(tile * tokens + row) * tokens + column] += 1 + pixels[i];
                }
            }
            PicturePlaces places = places(tiling, tokens, PATCH, side).places();
            PhotoView view =
                    PhotoView.of(photo, processor, processed.pixelValues().getShape());
            float[] shares = places.shares().apply(taken);
            double[] values = new double[shares.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = shares[i];
            }
            return HeatMap.of(view.place(places.layout()), values);
        }
    }

    private static Image spot(int width, int height, int x, int y) {
        byte[] rgb = new byte[3 * width * height];
        for (int row = y - SPOT / 2; row < y + SPOT / 2; row++) {
            for (int sample = 3 * (x - SPOT / 2); sample < 3 * (x + SPOT / 2); sample++) {
                rgb[3 * row * width + sample] = (byte) 255;
            }
        }
        return Image.fromPixels(rgb, width, height);
    }

    /** The middle of the heat along one side. */
    private static double middle(HeatMap map, TokenAxis axis, IntUnaryOperator line) {
        double sum = 0;
        double all = 0;
        for (int i = 0; i < map.values().length; i++) {
            sum += map.values()[i] * (axis.first() + axis.pitch() * line.applyAsInt(i));
            all += map.values()[i];
        }
        return sum / all;
    }

    @Test
    void whatDoesntFitIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> places(new Tiling(2, 2), 4, 9, 35))
                .withMessageContaining("don't fit into 35 pixels");
    }
}
