package io.vitrail.vit.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.List;

/** Changes the first directory of small little-endian TIFFs: at 8 in files of the recipe, elsewhere in Pillow's. */
final class TiffFixture {
    static final int WIDTH = 256;
    static final int PHOTOMETRIC = 262;
    static final int LONG = 4;

    /** An entry of a directory: its content is a value, or the place of several. */
    record Entry(int tag, int type, int count, int content) {}

    private TiffFixture() {}

    static byte[] file(String name) throws IOException {
        return Files.readAllBytes(Golden.resource("goldens/decode_image/variants/" + name));
    }

    /** The file with another value of a tag. */
    static byte[] with(byte[] tiff, int tag, int value) {
        byte[] changed = tiff.clone();
        buffer(changed).putShort(entry(tiff, tag) + 8, (short) value);
        return changed;
    }

    /** The file, filled up to a size, whose directory has more entries before and behind its own. */
    static byte[] with(byte[] tiff, List<Entry> before, List<Entry> behind, int size) {
        byte[] changed = new byte[size];
        int old = buffer(tiff).getInt(4);
        int count = buffer(tiff).getShort(old);
        ByteBuffer file = buffer(changed).put(tiff).putInt(4, tiff.length);
        file.putShort((short) (before.size() + count + behind.size()));
        before.forEach(entry -> put(entry, file));
        file.put(tiff, old + 2, 12 * count);
        behind.forEach(entry -> put(entry, file));
        return changed;
    }

    /** The place of a tag's entry. */
    static int entry(byte[] tiff, int tag) {
        ByteBuffer file = buffer(tiff);
        int directory = file.getInt(4);
        for (int i = 0; i < file.getShort(directory); i++) {
            int at = directory + 2 + 12 * i;
            if (file.getShort(at) == tag) {
                return at;
            }
        }
        throw new AssertionError("no tag " + tag);
    }

    static ByteBuffer buffer(byte[] tiff) {
        return ByteBuffer.wrap(tiff).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void put(Entry entry, ByteBuffer file) {
        file.putShort((short) entry.tag)
                .putShort((short) entry.type)
                .putInt(entry.count)
                .putInt(entry.content);
    }
}
