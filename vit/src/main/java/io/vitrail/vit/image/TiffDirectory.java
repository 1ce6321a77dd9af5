package io.vitrail.vit.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.LongStream;

/**
 * The first directory of a TIFF structure (TIFF 6.0, section 2; or BigTIFF, with places of 64 bits), which EXIF blocks
 * have as well. Damaged entries are left out: a wrong block of metadata doesn't make a picture unreadable. Of entries
 * with the same tag the first counts, and values that together take more room than the file are left out, as in Pillow.
 */
final class TiffDirectory {
    private static final int MAXIMAL_ENTRIES = 4096;
    /** A palette of 256 colours. */
    private static final int MAXIMAL_VALUES = 3 * 256;

    /**
     * @param at where the entry lies
     * @param place where its values do
     * @param width bytes of a value
     */
    private record Entry(long at, long place, int width, long count, boolean ofWholeNumbers) {}

    private final FileBytes block;
    private final boolean little;
    private final boolean big;
    private final Map<Integer, Entry> entries = new TreeMap<>();
    private boolean cutOff;
    /** Bytes of the values that don't lie in their entries. */
    private long room;

    private TiffDirectory(FileBytes block) {
        this.block = block;
        this.little = block.says(0, "II");
        this.big = block.has(0, 16) && u16(2) == 43;
    }

    /** Whether a file begins as TIFF or BigTIFF files do. */
    static boolean begins(FileBytes file) {
        return file.says(0, "II*\0") || file.says(0, "MM\0*") || file.says(0, "II+\0") || file.says(0, "MM\0+");
    }

    static TiffDirectory read(FileBytes block) {
        TiffDirectory directory = new TiffDirectory(block);
        if (block.has(0, 8) && (directory.little || block.says(0, "MM"))) {
            directory.readEntries(directory.start());
        }
        return directory;
    }

    /**
     * A copy of the file whose directory has only these entries, each once, and no directory behind it. It lies where
     * the file's own does: nothing moves, and what is cut off stays so.
     *
     * @param numbers tags that are kept if their values are whole numbers, as a reader of this class sees them
     * @param others tags that are kept whatever they hold
     * @throws ImageException if the file's directory is cut off
     */
    FileBytes withOnly(IntPredicate numbers, IntPredicate others) {
        if (cutOff) {
            throw block.cutOff();
        }
        List<Entry> kept = entries.entrySet().stream()
                .filter(entry ->
                        others.test(entry.getKey()) || numbers.test(entry.getKey()) && entry.getValue().ofWholeNumbers)
                .map(Map.Entry::getValue)
                .toList();
        byte[] copy = block.bytes().clone();
        ByteBuffer directory = ByteBuffer.wrap(copy, (int) start(), copy.length - (int) start())
                .order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        if (big) {
            directory.putLong(kept.size());
        } else {
            directory.putShort((short) kept.size());
        }
        kept.forEach(entry -> directory.put(block.bytes(), (int) entry.at, entrySize()));
        directory.put(new byte[Math.min(big ? 8 : 4, directory.remaining())]);
        return new FileBytes(copy, block.name());
    }

    boolean has(int tag) {
        return values(tag).length > 0;
    }

    /** The first value of an entry of whole numbers. */
    long value(int tag, long otherwise) {
        long[] values = values(tag);
        return values.length == 0 ? otherwise : values[0];
    }

    /** All values of an entry of whole numbers, up to those of a palette; none where there is none. */
    long[] values(int tag) {
        return each(tag).limit(MAXIMAL_VALUES).toArray();
    }

    /** Likewise, however many there are. */
    LongStream each(int tag) {
        Entry entry = entries.get(tag);
        return entry == null || !entry.ofWholeNumbers
                ? LongStream.empty()
                : LongStream.range(0, entry.count).map(i -> number(entry.place + i * entry.width, entry.width));
    }

    private long start() {
        return big ? u64(8) : u32(4);
    }

    private int entrySize() {
        return big ? 20 : 12;
    }

    private void readEntries(long at) {
        if (!block.has(at, 8)) {
            return;
        }
        long count = Math.min(big ? u64(at) : u16(at), MAXIMAL_ENTRIES);
        long first = at + (big ? 8 : 2);
        cutOff = !block.has(first, entrySize() * count);
        for (int i = 0; i < count && block.has(first + (long) entrySize() * i, entrySize()); i++) {
            readEntry(first + (long) entrySize() * i);
        }
    }

    private void readEntry(long at) {
        int tag = u16(at);
        int type = u16(at + 2);
        int width = widthOf(type);
        long count = big ? u64(at + 4) : u32(at + 4);
        if (entries.containsKey(tag) || width == 0 || count <= 0 || count > block.size()) {
            return;
        }
        long content = at + (big ? 12 : 8);
        boolean inside = width * count <= (big ? 8 : 4);
        long place = inside ? content : big ? u64(content) : u32(content);
        if (!block.has(place, width * count)) {
            return;
        }
        room += inside ? 0 : width * count;
        if (room <= block.size()) {
            entries.put(tag, new Entry(at, place, width, count, isWholeNumber(type)));
        }
    }

    /** Bytes of a value; 0 for texts (2), which make no pixels, and unknown types. */
    private static int widthOf(int type) {
        return switch (type) {
            case 1, 6, 7 -> 1;
            case 3, 8 -> 2;
            case 4, 9, 11, 13 -> 4;
            case 5, 10, 12, 16, 17, 18 -> 8;
            default -> 0;
        };
    }

    /** Of 16, 32 or 64 bits. (Pillow takes BYTE for text, so that it counts as none.) */
    private static boolean isWholeNumber(int type) {
        return type == 3 || type == 4 || type == 8 || type == 9 || type == 16 || type == 17;
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
