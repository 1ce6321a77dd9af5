package io.vitrail.vit.image;

/** Expands a bitmap's run-length coded palette indices: two bytes each, a number of pixels, or 0 for a command. */
final class BmpRuns {
    private static final int END_OF_ROW = 0;
    private static final int END = 1;
    private static final int STEP = 2;

    private final FileBytes file;
    private final int width;
    /** Whether a byte holds two pixels. */
    private final boolean halves;

    private final byte[] indices;
    private long at;
    private int filled;
    private int x;

    private BmpRuns(FileBytes file, BmpHeader header) {
        this.file = file;
        this.width = header.width();
        this.halves = header.compression() == BmpHeader.RUNS_OF_4_BITS;
        this.indices = Pixels.room(width, header.height(), 1);
        this.at = header.data();
    }

    /** An index per pixel, in the order of the file's rows. */
    static byte[] decode(FileBytes file, BmpHeader header) {
        BmpRuns runs = new BmpRuns(file, header);
        while (runs.filled < runs.indices.length) {
            int count = file.u8(runs.at++);
            int value = file.u8(runs.at++);
            if (count > 0) {
                runs.repeat(count, value);
            } else {
                runs.command(value);
            }
        }
        return runs.indices;
    }

    /** One index, or two by turns; what goes beyond the row is dropped. */
    private void repeat(int count, int value) {
        int length = Math.min(count, Math.max(0, width - x));
        for (int i = 0; i < length && filled < indices.length; i++) {
            indices[filled++] = (byte) index(value, i);
        }
        x += length;
    }

    private void command(int command) {
        switch (command) {
            case END_OF_ROW -> {
                filled = Math.min(indices.length, (filled + width - 1) / width * width);
                x = 0;
            }
            case END -> throw file.cutOff();
            case STEP -> {
                filled = (int) Math.min(indices.length, filled + file.u8(at) + (long) file.u8(at + 1) * width);
                x = filled % width;
                at += 2;
            }
            default -> copy(command);
        }
    }

    /** That many pixels as they are, filled up to an even place in the file. */
    private void copy(int count) {
        int length = Math.min(count, indices.length - filled);
        for (int i = 0; i < length; i++) {
            indices[filled++] = (byte) index(file.u8(at + (halves ? i / 2 : i)), i);
        }
        x += count;
        at += halves ? (length + 1) / 2 : length;
        at += at % 2;
    }

    private int index(int value, int i) {
        return !halves ? value : i % 2 == 0 ? value >> 4 : value & 0xF;
    }
}
