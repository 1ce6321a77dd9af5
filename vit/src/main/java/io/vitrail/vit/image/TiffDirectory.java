package io.vitrail.vit.image;

import java.util.HashMap;
import java.util.Map;

/**
 * The whole numbers of the first directory of a TIFF structure (TIFF 6.0, section 2; or BigTIFF, with places of 64
 * bits), which EXIF blocks have as well. Damaged entries are left out: a wrong block of metadata doesn't make a picture
 * unreadable.
 */
final class TiffDirectory {
    private static final int MAXIMAL_ENTRIES = 4096;
    /** A palette of 256 colours. */
    private static final int MAXIMAL_VALUES = 3 * 256;

    private record Entry(long place, int width, int count) {}

    private final FileBytes block;
    private final boolean little;
    private final boolean big;
    private final Map<Integer, Entry> entries = new HashMap<>();

    private TiffDirectory(FileBytes block) {
        this.block = block;
        this.little = block.says(0, "II");
        this.big = block.has(0, 16) && u16(2) == 43;
    }

    /** Whether a file begins as TIFF or BigTIFF files do. */
    static boolean begins(FileBytes file) {
        return file.says(0, "II*\0") || file.says(0, "MM\0*") || file.says(0, "II+\0") || file.says(0, "MM\0+");
    }

    static TiffDirectory read(byte[] block) {
        TiffDirectory directory = new TiffDirectory(new FileBytes(block, "TIFF directory"));
        if (directory.block.has(0, 8) && (directory.little || directory.block.says(0, "MM"))) {
            directory.readEntries(directory.big ? directory.u64(8) : directory.u32(4));
        }
        return directory;
    }

    boolean has(int tag) {
        return entries.containsKey(tag);
    }

    /** The first value of an entry. */
    long value(int tag, long otherwise) {
        long[] values = values(tag);
        return values.length == 0 ? otherwise : values[0];
    }

    /** All values of an entry; none where it is missing. */
    long[] values(int tag) {
        Entry entry = entries.getOrDefault(tag, new Entry(0, 0, 0));
        long[] values = new long[entry.count];
        for (int i = 0; i < values.length; i++) {
            values[i] = number(entry.place + (long) i * entry.width, entry.width);
        }
        return values;
    }

    private void readEntries(long at) {
        if (!block.has(at, 8)) {
            return;
        }
        long count = Math.min(big ? u64(at) : u16(at), MAXIMAL_ENTRIES);
        long first = at + (big ? 8 : 2);
        int size = big ? 20 : 12;
        for (int i = 0; i < count && block.has(first + (long) size * i, size); i++) {
            readEntry(first + (long) size * i);
        }
    }

    private void readEntry(long at) {
        int width = widthOf(u16(at + 2));
        long count = Math.min(MAXIMAL_VALUES, big ? u64(at + 4) : u32(at + 4));
        long content = at + (big ? 12 : 8);
        boolean inside = width * count <= (big ? 8 : 4);
        long place = inside ? content : big ? u64(content) : u32(content);
        if (width > 0 && count > 0 && block.has(place, width * count)) {
            entries.put(u16(at), new Entry(place, width, (int) count));
        }
    }

    /** Bytes of a whole number's type; 0 for what is none. (Pillow takes BYTE for text, so that it counts as none.) */
    private static int widthOf(int type) {
        return switch (type) {
            case 3, 8 -> 2;
            case 4, 9 -> 4;
            case 16, 17 -> 8;
            default -> 0;
        };
    }

    private long number(long at, int width) {
        return width == 2 ? u16(at) : width == 4 ? u32(at) : u64(at);
    }

    private int u16(long at) {
        return little ? block.u16Little(at) : block.u16(at);
    }

    private long u32(long at) {
        return little ? block.u32Little(at) : block.u32(at);
    }

    private long u64(long at) {
        return little ? block.u64Little(at) : block.u64(at);
    }
}
