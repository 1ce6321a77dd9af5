package io.vitrail.transformer.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to bring one content into the cache, in this process and among all: a lock on the file that huggingface_hub
 * locks for it. The file stays, as there.
 *
 * <p>Java processes wait for each other. On a local disk of Unix, Python's lock (flock) and Java's (fcntl) don't know
 * of each other; both may then download the same file, which {@link PartialFile} makes harmless.
 */
final class BlobLock {
    private static final Logger LOGGER = LoggerFactory.getLogger(BlobLock.class);
    private static final long PAUSE_MILLIS = 50;
    private static final long REPORT_NANOS = Duration.ofSeconds(10).toNanos();

    /** A file lock belongs to the process, and closing any channel of its file ends it: so threads queue here first. */
    private static final ReentrantLock[] STRIPES =
            IntStream.range(0, 64).mapToObj(i -> new ReentrantLock()).toArray(ReentrantLock[]::new);

    private BlobLock() {}

    /** Waits for the lock, whose holder is downloading, then does the work. */
    static void during(Path file, Runnable work) {
        ReentrantLock stripe = STRIPES[Math.floorMod(file.getFileName().hashCode(), STRIPES.length)];
        try {
            stripe.lockInterruptibly();
        } catch (InterruptedException e) {
            throw HubException.interrupted(file, e);
        }
        try (FileChannel channel = open(file)) {
            await(channel, file);
            work.run();
        } catch (IOException e) {
            throw CacheFailure.of(e, file);
        } finally {
            stripe.unlock();
        }
    }

    private static FileChannel open(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static void await(FileChannel channel, Path file) throws IOException {
        long reported = System.nanoTime();
        while (!isLocked(channel)) {
            if (System.nanoTime() - reported > REPORT_NANOS) {
                LOGGER.info("Waiting for another process that downloads the same file; it holds {}.", file);
                reported = System.nanoTime();
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                throw HubException.interrupted(file, e);
            }
        }
    }

    /** The lock ends with its channel. */
    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by this library in another class loader
        }
    }
}
