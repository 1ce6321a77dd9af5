package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowLinesTest {
    /** How often each row is read by all parts. */
    private static int[] timesRead(int rows, int regions, int each) {
        int[] times = new int[rows];
        for (int number = 0; number < regions * each; number++) {
            RowLines part = RowLines.part(rows, regions, each, number);
            for (int i = part.begin(); i < part.stop(); i++) {
                for (int line = 0; line < StepLoops.ROWS; line++) {
                    int row = part.first() + line * part.length() + i;
                    if (row < part.end()) {
                        times[row]++;
                    }
                }
            }
        }
        return times;
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "3,1,1", "3,2,1", "4,1,1", "5,1,2", "7,2,3", "64,2,4", "577,2,5", "1000,16,3", "9,4,9"})
    void partsReadEachRowOnce(int rows, int regions, int each) {
        assertThat(Arrays.stream(timesRead(rows, regions, each))).containsOnly(1);
    }

    @ParameterizedTest
    @CsvSource({"0,5", "3,4", "10,26"})
    void allOfARegion(int first, int end) {
        RowLines all = RowLines.all(first, end);
        assertThat(all.length() * StepLoops.ROWS).isBetween(end - first, end - first + StepLoops.ROWS - 1);
        assertThat(all).isEqualTo(new RowLines(first, end, all.length(), 0, all.length()));
    }

    /** What a thread reads is read on by its next part. */
    @ParameterizedTest
    @CsvSource({"577,2,5", "1000,3,4"})
    void partsOfARegionGoOnWhereTheOneBeforeEnds(int rows, int regions, int each) {
        for (int number = 0; number < regions * each; number++) {
            RowLines part = RowLines.part(rows, regions, each, number);
            if (number % each > 0) {
                RowLines before = RowLines.part(rows, regions, each, number - 1);
                assertThat(part.begin()).isEqualTo(before.stop());
                assertThat(part.first()).isEqualTo(before.first());
            } else {
                assertThat(part.begin()).isZero();
            }
        }
    }
}
