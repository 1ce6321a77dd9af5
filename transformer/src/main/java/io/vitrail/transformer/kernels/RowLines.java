package io.vitrail.transformer.kernels;

/**
 * Part of a region of a layer's rows. The region is read in {@link StepLoops#ROWS} lines at once, one behind the other, all as long
 * but the last; the part is the same rows of each line.
 *
 * @param first row of the region
 * @param end of the region
 * @param length of a line
 * @param begin of the part, counted in each line
 * @param stop of the part
 */
record RowLines(int first, int end, int length, int begin, int stop) {
    /** All of a region. */
    static RowLines all(int first, int end) {
        int length = length(first, end);
        return new RowLines(first, end, length, 0, length);
    }

    /**
     * One part of so many rows. It is computed each time, for a thread would wait for the memory that it's kept in.
     *
     * @param regions that the rows are split into, one behind the other
     * @param each parts of a region
     * @param number of the part, from 0 on through all regions
     */
    static RowLines part(int rows, int regions, int each, int number) {
        int region = number / each;
        int part = number % each;
        int first = share(rows, region, regions);
        int end = share(rows, region + 1, regions);
        int length = length(first, end);
        return new RowLines(first, end, length, share(length, part, each), share(length, part + 1, each));
    }

    private static int length(int first, int end) {
        return (end - first + StepLoops.ROWS - 1) / StepLoops.ROWS;
    }

    private static int share(int count, int part, int parts) {
        return (int) ((long) count * part / parts);
    }
}
