package io.vitrail.transformer.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The part of a content that has been downloaded, beside the place where it will lie.
 *
 * <p>What Python left in {@code TAG.incomplete} is taken over, but by copying it: a Python process may be appending to
 * that file, and wouldn't notice another that does. So both may download one content at once, each into its own file.
 */
final class PartialFile implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private PartialFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens what is there, or begins anew. The caller holds the content's {@link BlobLock}.
     *
     * @param blob the place of the complete content
     * @param size its size
     */
    static PartialFile of(Path blob, long size) {
        Path file = blob.resolveSibling(blob.getFileName() + ".vitrail.incomplete");
        Path python = blob.resolveSibling(blob.getFileName() + ".incomplete");
        try {
            Files.createDirectories(blob.getParent());
            long of = size(python);
            if (of > size(file) && of <= size) {
                Files.copy(python, file, StandardCopyOption.REPLACE_EXISTING);
            }
            PartialFile partial =
                    new PartialFile(file, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
            partial.begin(size);
            return partial;
        } catch (IOException e) {
            throw CacheFailure.of(e, file);
        }
    }

    private static long size(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    /** What is longer than the content can't be a part of it. */
    private void begin(long size) throws IOException {
        if (channel.size() > size) {
            channel.truncate(0);
        }
        channel.position(channel.size());
        FileStore disk = Files.getFileStore(file);
        long needed = size - channel.size();
        if (disk.getTotalSpace() > 0 && disk.getUsableSpace() < needed) {
            long free = disk.getUsableSpace();
            close();
            throw CacheFailure.tooSmall(file.getParent(), needed, free);
        }
    }

    long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw CacheFailure.of(e, file);
        }
    }

    void append(List<ByteBuffer> buffers) {
        try {
            for (ByteBuffer buffer : buffers) {
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
        } catch (IOException e) {
            throw CacheFailure.of(e, file);
        }
    }

    /** Throws away what is there. */
    void clear() {
        try {
            channel.truncate(0);
        } catch (IOException e) {
            throw CacheFailure.of(e, file);
        }
    }

    boolean agreesWith(String tag) {
        try {
            return Checksum.agrees(file, tag);
        } catch (IOException e) {
            throw CacheFailure.of(e, file);
        }
    }

    /** Puts the complete content into its place, at once; after a power cut it is there as a whole or not at all. */
    void moveTo(Path blob) {
        try {
            channel.force(true);
            channel.close();
            Files.move(file, blob, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw CacheFailure.of(e, blob);
        }
    }

    /** Keeps what is there, for another time. */
    @Override
    public void close() {
        try {
            boolean empty = channel.isOpen() && channel.size() == 0;
            channel.close();
            if (empty) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw CacheFailure.of(e, file);
        }
    }
}
