package io.vitrail.transformer.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that is written beside the one it replaces, and takes its place when it is complete. Who has the old one
 * mapped keeps it.
 */
public final class ReplacedFile {
    private ReplacedFile() {}

    /** Writes a new file's content. */
    @FunctionalInterface
    interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Writes a whole file, or leaves the one that is there as it was.
     *
     * @throws CheckpointException if it can't be written
     */
    public static void write(Path file, byte[] content) {
        write(file, channel -> writeAll(channel, ByteBuffer.wrap(content)));
    }

    static void write(Path file, Content content) {
        Path part = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel =
                    FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            move(part, file);
        } catch (IOException e) {
            throw CheckpointException.of(
                    "The file cannot be written: " + e + ".", file, "check its folder and the space on the disk.", e);
        } finally {
            deleteLeftover(part);
        }
    }

    private static void move(Path part, Path file) throws IOException {
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void deleteLeftover(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            part.toFile().deleteOnExit();
        }
    }

    static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
