package io.vitrail.transformer.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * An open weights file, whose parts can be read, or mapped into memory without a copy.
 *
 * <p>Native code may write to an array in place (an optimizer does), and a write to memory that is mapped read-only
 * ends the JVM. So parts are mapped copy-on-write: a written page becomes private, the file never changes. The
 * operating system grants this to Java only through a file opened for writing; where that isn't allowed, mappings are
 * for reading only and {@link StoredTensor#toArray} copies.
 *
 * <p>As with every mapped file, another process that shortens it while a mapping is in use can end the JVM.
 */
final class ModelFile implements AutoCloseable {
    private static final byte[] GIT_LFS = "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);

    private final Path path;
    private final FileChannel channel;
    private final MapMode mode;
    private final long size;

    private ModelFile(Path path, FileChannel channel, MapMode mode) throws IOException {
        this.path = path;
        this.channel = channel;
        this.mode = mode;
        size = channel.size();
    }

    static ModelFile open(Path path) {
        requireRegularFile(path);
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            return new ModelFile(path, channel, MapMode.PRIVATE).requireNoPointer();
        } catch (IOException notWritable) {
            return openReadOnly(path);
        }
    }

    static ModelFile openReadOnly(Path path) {
        requireRegularFile(path);
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            return new ModelFile(path, channel, MapMode.READ_ONLY).requireNoPointer();
        } catch (IOException e) {
            throw CheckpointException.of("The file cannot be opened: " + e + ".", path, "check its permissions.", e);
        }
    }

    private static void requireRegularFile(Path path) {
        if (!Files.isRegularFile(path)) {
            String what = Files.exists(path) ? "This is not a regular file." : "The file does not exist.";
            throw CheckpointException.of(what, path, "check the path, or download the checkpoint again.");
        }
    }

    private ModelFile requireNoPointer() {
        byte[] start = read(0, (int) Math.min(size, GIT_LFS.length)).array();
        if (Arrays.equals(start, GIT_LFS)) {
            close();
            throw CheckpointException.of(
                    "This is a pointer of Git LFS, not the file itself.", path, "run 'git lfs pull' in its folder.");
        }
        return this;
    }

    Path path() {
        return path;
    }

    long size() {
        return size;
    }

    /** Whether native code may write to mappings. */
    boolean isWritable() {
        return mode == MapMode.PRIVATE;
    }

    /** A part of the file; the caller has checked that it lies within. */
    FileRegion region(long offset, long length) {
        return new FileRegion(this, offset, length);
    }

    /**
     * Maps a part of the file, little-endian. The mapping lives as long as the buffer, also when the file is closed.
     */
    ByteBuffer map(long offset, long length) {
        try {
            requireUnshortened();
            return channel.map(mode, offset, length).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Copies a part of the file into a little-endian buffer on the heap. */
    ByteBuffer read(long offset, int length) {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, offset + buffer.position()) < 0) {
                    throw shortened();
                }
            }
        } catch (IOException e) {
            throw failure(e);
        }
        return buffer.flip();
    }

    /** Java would lengthen the file to map beyond its end. */
    private void requireUnshortened() throws IOException {
        if (channel.size() < size) {
            throw shortened();
        }
    }

    private CheckpointException shortened() {
        return CheckpointException.of(
                "The file became shorter while it was being read.",
                path,
                "replace model files by moving new ones to their place.");
    }

    private RuntimeException failure(IOException e) {
        if (e instanceof ClosedChannelException) {
            return new IllegalStateException("The checkpoint is closed (" + path + "); take its arrays before.", e);
        }
        return CheckpointException.of("The file cannot be read: " + e + ".", path, "check the disk and memory.", e);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }
}
