package io.vitrail.vit.image;

/** Resizes columns: each output row is a weighted sum of rows. Eight samples are summed at once (see {@link Lanes}). */
record VerticalPass(Pixels source, ResampleWeights rows, int firstRow) {
    private static final int BLOCK = 8;

    Pixels run() {
        byte[] resized = Pixels.room(source.width(), rows.size(), source.channels());
        long multiplications = (long) rows.size() * rows.stride() * source.stride();
        Bands.run(rows.size(), multiplications, (from, to) -> {
            for (int y = from; y < to; y++) {
                resizeRow(y, resized);
            }
        });
        return new Pixels(source.mode(), resized, source.width(), rows.size());
    }

    private void resizeRow(int y, byte[] resized) {
        int stride = source.stride();
        int input = (rows.first()[y] - firstRow) * stride;
        int i = 0;
        for (; i <= stride - BLOCK; i += BLOCK) {
            sumBlock(y, input + i, resized, y * stride + i);
        }
        for (; i < stride; i++) {
            int sum = (int) Lanes.HALF;
            for (int j = 0; j < rows.count()[y]; j++) {
                sum += (source.raw()[input + j * stride + i] & 0xFF) * rows.weights()[y * rows.stride() + j];
            }
            resized[y * stride + i] = Lanes.clip(sum);
        }
    }

    private void sumBlock(int y, int input, byte[] resized, int output) {
        byte[] samples = source.raw();
        int[] weights = rows.weights();
        int stride = source.stride();
        int begin = y * rows.stride();
        long sums0 = Lanes.HALF;
        long sums1 = Lanes.HALF;
        long sums2 = Lanes.HALF;
        long sums3 = Lanes.HALF;
        for (int j = 0; j < rows.count()[y]; j++) {
            long eight = Lanes.eight(samples, input + j * stride);
            long weight = weights[begin + j];
            sums0 += (eight & Lanes.LOW_BYTES) * weight;
            sums1 += (eight >>> 8 & Lanes.LOW_BYTES) * weight;
            sums2 += (eight >>> 16 & Lanes.LOW_BYTES) * weight;
            sums3 += (eight >>> 24 & Lanes.LOW_BYTES) * weight;
        }
        store(resized, output, sums0);
        store(resized, output + 1, sums1);
        store(resized, output + 2, sums2);
        store(resized, output + 3, sums3);
    }

    private static void store(byte[] resized, int at, long sums) {
        resized[at] = Lanes.lower(sums);
        resized[at + 4] = Lanes.upper(sums);
    }
}
