package io.vitrail.transformer.training.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.training.report.Curve.Piece;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CurveTest {
    @Test
    void ofManyStepsThePeaksRemain() {
        double[] values = new double[100_000];
        values[54_321] = 7;
        values[54_322] = -3;
        double[] steps = IntStream.range(0, values.length).asDoubleStream().toArray();
        List<Piece> pieces = new Curve(steps, values, Curve.Style.RAW).pieces();
        assertThat(pieces).hasSize(1);
        Piece piece = pieces.get(0);
        assertThat(piece.steps()).hasSizeLessThan(1000).isSorted().contains(54_321.0, 54_322.0);
        assertThat(piece.values()).contains(7.0, -3.0);
    }

    @Test
    void smoothingAConstantKeepsItAndFollowsAChange() {
        double[] steps = IntStream.range(0, 1000).asDoubleStream().toArray();
        double[] values =
                IntStream.range(0, 1000).mapToDouble(i -> i < 500 ? 2 : 4).toArray();
        double[] smooth = new Curve(steps, values, Curve.Style.RAW).smoothed().values();
        assertThat(smooth[0]).isCloseTo(2, within(1e-12));
        assertThat(smooth[499]).isCloseTo(2, within(1e-12));
        assertThat(smooth[520]).isCloseTo(2 + 2 * (1 - Math.pow(1 - 1 / Math.sqrt(1000), 21)), within(1e-6));
        assertThat(smooth[999]).isCloseTo(4, within(1e-6));
    }

    @Test
    void smoothingPassesOverWhatIsNoNumber() {
        double[] values = {5, Double.NaN, 3, Double.POSITIVE_INFINITY};
        Curve curve = new Curve(new double[] {1, 2, 3, 4}, values, Curve.Style.RAW);
        assertThat(curve.smoothed().values()).containsExactly(5, Double.NaN, (0.5 * 5 + 3) / 1.5, Double.NaN);
        assertThat(curve.lastValue()).isEqualTo(3);
    }
}
