package io.vitrail.transformer.weights;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the files of a zip archive lie in it (PKWARE's APPNOTE, sections 4.3.7 to 4.3.16, with zip64). Only archives
 * that store them uncompressed, as PyTorch does: such files can be mapped, and can't grow when they are read.
 */
final class ZipDirectory {
    private static final int LOCAL_HEADER = 0x04034b50;
    private static final int DIRECTORY_ENTRY = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int END_64_LOCATOR = 0x07064b50;
    private static final int END_BYTES = 22;
    private static final int END_64_BYTES = 56;
    private static final int LOCATOR_BYTES = 20;
    private static final int LONGEST_COMMENT = 0xffff;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final int LARGEST_DIRECTORY = 1 << 24;
    private static final long IN_ZIP64 = 0xffffffffL; // stands for a number that the zip64 field holds

    private final ModelFile source;
    private final Map<String, FileRegion> files = new LinkedHashMap<>();

    private ZipDirectory(ModelFile source) {
        this.source = source;
    }

    /** The archive's files by their full names. */
    static Map<String, FileRegion> read(ModelFile source) {
        ZipDirectory directory = new ZipDirectory(source);
        directory.readEntries(directory.locate());
        return directory.files;
    }

    /** The bytes of the directory. */
    private ByteBuffer locate() {
        int tail = (int) Math.min(source.size(), END_BYTES + LONGEST_COMMENT);
        ByteBuffer last = source.read(source.size() - tail, tail);
        int end = tail - END_BYTES;
        while (end >= 0 && last.getInt(end) != END) {
            end--;
        }
        RefusedPickle.unless(end >= 0, "The zip archive is cut off: it has no directory.");
        long length = Integer.toUnsignedLong(last.getInt(end + 12));
        long offset = Integer.toUnsignedLong(last.getInt(end + 16));
        int locator = end - LOCATOR_BYTES;
        if (locator >= 0 && last.getInt(locator) == END_64_LOCATOR) {
            ByteBuffer end64 = part(last.getLong(locator + 8), END_64_BYTES);
            RefusedPickle.unless(end64.getInt(0) == END_64, "The zip archive's directory is damaged.");
            length = end64.getLong(40);
            offset = end64.getLong(48);
        }
        RefusedPickle.unless(length <= LARGEST_DIRECTORY, "The zip archive's directory takes %d bytes.", length);
        return part(offset, length);
    }

    private ByteBuffer part(long offset, long length) {
        requireWithin(offset, length);
        return source.read(offset, Math.toIntExact(length));
    }

    private void requireWithin(long offset, long length) {
        boolean within = offset >= 0 && length >= 0 && length <= source.size() && offset <= source.size() - length;
        RefusedPickle.unless(within, "The zip archive is cut off or damaged: a part of it lies outside of the file.");
    }

    private void readEntries(ByteBuffer directory) {
        while (directory.remaining() >= ENTRY_BYTES) {
            int start = directory.position();
            RefusedPickle.unless(directory.getInt(start) == DIRECTORY_ENTRY, "The zip archive's directory is damaged.");
            int nameLength = Short.toUnsignedInt(directory.getShort(start + 28));
            int extraLength = Short.toUnsignedInt(directory.getShort(start + 30));
            int commentLength = Short.toUnsignedInt(directory.getShort(start + 32));
            int after = start + ENTRY_BYTES + nameLength + extraLength + commentLength;
            RefusedPickle.unless(after <= directory.limit(), "The zip archive's directory is damaged.");
            String name = new String(directory.array(), start + ENTRY_BYTES, nameLength, StandardCharsets.UTF_8);
            ByteBuffer extra = directory.slice(start + ENTRY_BYTES + nameLength, extraLength);
            add(name, directory.slice(start, ENTRY_BYTES).order(directory.order()), extra.order(directory.order()));
            directory.position(after);
        }
    }

    private void add(String name, ByteBuffer entry, ByteBuffer extra) {
        boolean stored = entry.getShort(10) == 0;
        RefusedPickle.unless(stored, "%s is compressed in the zip archive; PyTorch stores it.", Quote.of(name));
        boolean encrypted = (entry.getShort(8) & 1) != 0;
        RefusedPickle.unless(!encrypted, "%s is encrypted in the zip archive.", Quote.of(name));
        ByteBuffer wide = zip64(extra);
        long length = number(entry.getInt(24), wide);
        long packed = number(entry.getInt(20), wide);
        long header = number(entry.getInt(42), wide);
        RefusedPickle.unless(length == packed, "%s has two sizes in the zip archive.", Quote.of(name));
        FileRegion before = files.put(name, content(header, length));
        RefusedPickle.unless(before == null, "%s is twice in the zip archive.", Quote.of(name));
    }

    /** The extra field 1: the numbers, in this order, that are too large for the entry itself. */
    private static ByteBuffer zip64(ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int kind = Short.toUnsignedInt(extra.getShort());
            int length = Math.min(Short.toUnsignedInt(extra.getShort()), extra.remaining());
            ByteBuffer content = extra.slice(extra.position(), length).order(extra.order());
            if (kind == 1) {
                return content;
            }
            extra.position(extra.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    private static long number(int narrow, ByteBuffer wide) {
        long value = Integer.toUnsignedLong(narrow);
        return value == IN_ZIP64 && wide.remaining() >= Long.BYTES ? wide.getLong() : value;
    }

    /** The file's bytes follow its own header, whose length that header tells. */
    private FileRegion content(long header, long length) {
        ByteBuffer local = part(header, LOCAL_BYTES);
        RefusedPickle.unless(local.getInt(0) == LOCAL_HEADER, "A file's header in the zip archive is damaged.");
        long names = Short.toUnsignedLong(local.getShort(26)) + Short.toUnsignedLong(local.getShort(28));
        long start = header + LOCAL_BYTES + names;
        requireWithin(start, length);
        return source.region(start, length);
    }
}
