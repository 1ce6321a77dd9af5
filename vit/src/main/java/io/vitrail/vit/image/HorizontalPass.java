package io.vitrail.vit.image;

/** Resizes rows: each output sample is a weighted sum of its row. Two rows are summed at once (see {@link Lanes}). */
record HorizontalPass(Pixels source, ResampleWeights columns, int firstRow, int rows) {
    Pixels run() {
        int channels = source.channels();
        byte[] resized = Pixels.room(columns.size(), rows, channels);
        long multiplications = (long) rows * columns.size() * columns.stride() * channels;
        Bands.run(rows, multiplications, (from, to) -> resizeRows(from, to, resized));
        return new Pixels(source.mode(), resized, columns.size(), rows);
    }

    private void resizeRows(int from, int to, byte[] resized) {
        int outputStride = columns.size() * source.channels();
        long[] pair = new long[source.stride()];
        for (int y = from; y < to; y += 2) {
            int second = Math.min(y + 1, to - 1); // the last row of an odd number is its own partner
            join(y, second, pair);
            if (source.channels() == 3) {
                sumColours(pair, resized, y * outputStride, second * outputStride);
            } else {
                sumChannels(pair, resized, y * outputStride, second * outputStride);
            }
        }
    }

    /** Puts the samples of two rows into the two lanes. */
    private void join(int first, int second, long[] pair) {
        byte[] samples = source.raw();
        int a = (firstRow + first) * source.stride();
        int b = (firstRow + second) * source.stride();
        int i = 0;
        for (; i <= pair.length - 4; i += 4) {
            long four = Lanes.fourAndFour(samples, a + i, b + i);
            pair[i] = four & Lanes.LOW_BYTES;
            pair[i + 1] = four >>> 8 & Lanes.LOW_BYTES;
            pair[i + 2] = four >>> 16 & Lanes.LOW_BYTES;
            pair[i + 3] = four >>> 24 & Lanes.LOW_BYTES;
        }
        for (; i < pair.length; i++) {
            pair[i] = samples[a + i] & 0xFF | (long) (samples[b + i] & 0xFF) << 32;
        }
    }

    private void sumColours(long[] pair, byte[] resized, int a, int b) {
        int[] weights = columns.weights();
        for (int x = 0; x < columns.size(); x++) {
            long red = Lanes.HALF;
            long green = Lanes.HALF;
            long blue = Lanes.HALF;
            int at = columns.first()[x] * 3;
            int begin = x * columns.stride();
            int end = begin + columns.count()[x];
            for (int i = begin; i < end; i++) {
                long weight = weights[i];
                red += pair[at] * weight;
                green += pair[at + 1] * weight;
                blue += pair[at + 2] * weight;
                at += 3;
            }
            store(resized, a + x * 3, b + x * 3, red);
            store(resized, a + x * 3 + 1, b + x * 3 + 1, green);
            store(resized, a + x * 3 + 2, b + x * 3 + 2, blue);
        }
    }

    private void sumChannels(long[] pair, byte[] resized, int a, int b) {
        int[] weights = columns.weights();
        int channels = source.channels();
        for (int x = 0; x < columns.size(); x++) {
            int begin = x * columns.stride();
            for (int c = 0; c < channels; c++) {
                long sum = Lanes.HALF;
                int at = columns.first()[x] * channels + c;
                for (int i = 0; i < columns.count()[x]; i++) {
                    sum += pair[at + i * channels] * weights[begin + i];
                }
                store(resized, a + x * channels + c, b + x * channels + c, sum);
            }
        }
    }

    private static void store(byte[] resized, int a, int b, long sums) {
        resized[b] = Lanes.upper(sums);
        resized[a] = Lanes.lower(sums);
    }
}
