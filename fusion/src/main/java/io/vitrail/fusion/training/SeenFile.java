package io.vitrail.fusion.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a backbone saw, kept in a file so that a training that goes on needn't look again: a line that tells what it is of,
 * the count, the length of each, then the numbers (little-endian float32).
 */
record SeenFile(Path file, String key) {
    /** Nothing where the file isn't there, isn't whole, or is of something else. */
    Optional<List<float[]>> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file)) {
            byte[] expected = header();
            ByteBuffer head = buffer(expected.length + 2 * Integer.BYTES);
            while (head.hasRemaining() && channel.read(head) >= 0) {}
            head.flip();
            byte[] found = new byte[Math.min(expected.length, head.remaining())];
            head.get(found);
            if (!Arrays.equals(found, expected) || head.remaining() < 2 * Integer.BYTES) {
                return Optional.empty();
            }
            int count = head.getInt();
            int length = head.getInt();
            boolean whole = channel.size() == channel.position() + (long) count * length * Float.BYTES;
            return whole ? Optional.of(read(channel, count, length)) : Optional.empty();
        }
    }

    private static List<float[]> read(FileChannel channel, int count, int length) throws IOException {
        List<float[]> rows = new ArrayList<>(count);
        ByteBuffer bytes = buffer(length * Float.BYTES);
        for (int row = 0; row < count; row++) {
            bytes.clear();
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            float[] values = new float[length];
            bytes.flip().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
            rows.add(values);
        }
        return rows;
    }

    /** @param rows all of one length, at least one */
    void write(List<float[]> rows) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".part");
        int length = rows.get(0).length;
        try (FileChannel channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            byte[] header = header();
            write(
                    channel,
                    buffer(header.length + 2 * Integer.BYTES)
                            .put(header)
                            .putInt(rows.size())
                            .putInt(length));
            ByteBuffer bytes = buffer(length * Float.BYTES);
            for (float[] row : rows) {
                bytes.clear();
                bytes.asFloatBuffer().put(row);
                write(channel, bytes.position(bytes.capacity()));
            }
        }
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void write(FileChannel channel, ByteBuffer filled) throws IOException {
        filled.flip();
        while (filled.hasRemaining()) {
            channel.write(filled);
        }
    }

    private byte[] header() {
        return (key + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
