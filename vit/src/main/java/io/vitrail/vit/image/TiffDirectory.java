package io.vitrail.vit.image;

import java.util.HashMap;
import java.util.Map;

/**
 * The whole numbers of the first directory of a TIFF structure, which EXIF blocks have as well (TIFF 6.0, section 2).
 * Damaged entries are left out: a wrong block of metadata doesn't make a picture unreadable.
 */
final class TiffDirectory {
    private static final int MAXIMAL_ENTRIES = 4096;
    private static final int MAXIMAL_VALUES = 16;

    private final FileBytes block;
    private final boolean little;
    private final Map<Integer, long[]> entries = new HashMap<>();

    private TiffDirectory(FileBytes block) {
        this.block = block;
        this.little = block.says(0, "II");
    }

    static TiffDirectory read(byte[] block) {
        TiffDirectory directory = new TiffDirectory(new FileBytes(block, "TIFF directory"));
        if (directory.block.has(0, 8) && (directory.little || directory.block.says(0, "MM"))) {
            directory.readEntries(directory.u32(4));
        }
        return directory;
    }

    /** The first value of an entry. */
    long value(int tag, long otherwise) {
        long[] values = values(tag);
        return values.length == 0 ? otherwise : values[0];
    }

    /** All values of an entry; none where it is missing. */
    long[] values(int tag) {
        return entries.getOrDefault(tag, new long[0]);
    }

    private void readEntries(long at) {
        if (!block.has(at, 2)) {
            return;
        }
        int count = Math.min(u16(at), MAXIMAL_ENTRIES);
        for (int i = 0; i < count && block.has(at + 2 + 12L * i, 12); i++) {
            readEntry(at + 2 + 12L * i);
        }
    }

    private void readEntry(long at) {
        int width = widthOf(u16(at + 2));
        long count = u32(at + 4);
        long place = width * count <= 4 ? at + 8 : u32(at + 8);
        if (width == 0 || count == 0 || !block.has(place, width * count)) {
            return;
        }
        long[] values = new long[(int) Math.min(count, MAXIMAL_VALUES)];
        for (int i = 0; i < values.length; i++) {
            values[i] = number(place + (long) i * width, width);
        }
        entries.put(u16(at), values);
    }

    /** Bytes of a value: BYTE, SHORT and LONG, signed or not; 0 for what is no whole number. */
    private static int widthOf(int type) {
        return switch (type) {
            case 1, 6 -> 1;
            case 3, 8 -> 2;
            case 4, 9 -> 4;
            default -> 0;
        };
    }

    private long number(long at, int width) {
        return width == 1 ? block.u8(at) : width == 2 ? u16(at) : u32(at);
    }

    private int u16(long at) {
        return little ? block.u16Little(at) : block.u16(at);
    }

    private long u32(long at) {
        return little ? block.u32Little(at) : block.u32(at);
    }
}
