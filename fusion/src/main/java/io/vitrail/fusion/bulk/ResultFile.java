package io.vitrail.fusion.bulk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Results on disk, a JSON object a line, that work goes on from after a kill: the lines say what is done. It is only
 * ever appended to. A line that the kill cut in two is removed when the file is opened again, and its item done
 * again.
 *
 * <pre>{@code
 * try (ResultFile results = ResultFile.open(Path.of("results.jsonl"), "file")) {
 *     files.stream().filter(file -> results.claim(file.toString())).forEach(file -> results.write(line(file)));
 * }
 * }</pre>
 *
 * <p>While it is open no other program can open it as a ResultFile, nor this one twice. Any thread may call. It keeps
 * the names of all items in memory.
 */
public final class ResultFile implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    /**
     * Where the lock lies: behind all content, so that others can read on systems where a lock keeps them from it.
     */
    private static final long LOCKED = Long.MAX_VALUE - 1;

    private final Path path;
    private final String key;
    private final RandomAccessFile file;
    private final Set<String> names = new HashSet<>();
    private final Set<String> claimed = new HashSet<>();
    private final int found;

    private ResultFile(Path path, String key, RandomAccessFile file) throws IOException {
        this.path = path;
        this.key = key;
        this.file = file;
        lock();
        file.seek(readNames());
        file.setLength(file.getFilePointer());
        found = names.size();
    }

    /**
     * Creates a file of results, or goes on with it.
     *
     * @param key of the items' names, which is the first in every line
     * @throws CheckpointException if it can't be written, a program is writing to it, or it holds something else than
     *     results; it is then left as it was
     */
    public static ResultFile open(Path path, String key) {
        try {
            RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
            try {
                return new ResultFile(path, key, file);
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        } catch (FileNotFoundException e) {
            throw CheckpointException.of(
                    "The results can't be written: " + e.getMessage(), path, "name a file in a folder of yours.", e);
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    private void lock() throws IOException {
        boolean locked;
        try {
            locked = file.getChannel().tryLock(LOCKED, 1, false) != null;
        } catch (OverlappingFileLockException e) {
            locked = false;
        }
        if (!locked) {
            throw CheckpointException.of(
                    "Results are being written to this file already.", path, "wait for that, or name another file.");
        }
    }

    /** How long the file is without a line that was cut in two. */
    private long readNames() throws IOException {
        LineReader lines = new LineReader(path, new FileInputStream(file.getFD()));
        Optional<LineReader.Line> line = lines.next();
        while (line.isPresent() && line.get().ended()) {
            if (!line.get().isBlank()) {
                names.add(JsonLines.parse(path, line.get()).text(key));
            }
            line = lines.next();
        }
        line.ifPresent(this::checkTorn);
        return line.map(LineReader.Line::start).orElse(file.length());
    }

    /** What is removed must be the beginning of a result, or the zeros that a loss of power may leave. */
    private void checkTorn(LineReader.Line line) {
        byte[] begin = ("{\"" + key + "\":\"").getBytes(StandardCharsets.UTF_8);
        byte[] bytes = line.bytes();
        int shared = Math.min(begin.length, bytes.length);
        boolean result = Arrays.equals(begin, 0, shared, bytes, 0, shared);
        boolean zeros = Arrays.equals(bytes, new byte[bytes.length]);
        if (!result && !zeros) {
            throw CheckpointException.of(
                    "Line " + line.number() + " is neither a result nor the beginning of one.",
                    path,
                    "name another file for the results.");
        }
    }

    private static CheckpointException failed(Path path, IOException e) {
        return CheckpointException.of(
                "The results can't be written: " + e.getMessage(), path, "check the disk's space; then go on.", e);
    }

    /** How many items had been done when the file was opened. */
    public int found() {
        return found;
    }

    /** Takes an item on. False if it is done, or was claimed before. */
    public synchronized boolean claim(String name) {
        return names.add(name) && claimed.add(name);
    }

    /**
     * Appends a result as a whole; it outlives this program from now on.
     *
     * @param result whose first key is the items', with the name of a claimed item
     * @throws CheckpointException if it can't be written, such as on a full disk
     */
    public synchronized void write(ObjectNode result) {
        String first = result.isEmpty() ? "" : result.fieldNames().next();
        Check.that(first.equals(key), "A result begins with \"%s\", not \"%s\".", key, first);
        Check.that(claimed.remove(result.path(key).asText()), "Nobody claimed %s, or it is done.", result.path(key));
        try {
            long end = file.getFilePointer();
            try {
                file.write((JSON.writeValueAsString(result) + "\n").getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                file.setLength(end);
                file.seek(end);
                throw e;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    /** Waits until the results are on the disk, and gives the file free. */
    @Override
    public synchronized void close() {
        try (file) {
            if (file.getChannel().isOpen()) {
                file.getFD().sync();
            }
        } catch (IOException e) {
            throw failed(path, e);
        }
    }
}
