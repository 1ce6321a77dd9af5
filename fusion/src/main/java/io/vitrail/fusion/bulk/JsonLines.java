package io.vitrail.fusion.bulk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The objects of a file of JSON lines (one object a line, UTF-8), in memory for one line; blank lines are skipped.
 * For one thread. It closes itself at the end of the file.
 */
public final class JsonLines implements Iterator<JsonLines.Line>, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /**
     * @param file that it stands in
     * @param number of the line, from 1
     */
    public record Line(Path file, int number, JsonNode object) {
        /**
         * The text of a key.
         *
         * @throws CheckpointException if it isn't there, no text, or empty
         */
        public String text(String key) {
            JsonNode value = object.path(key);
            if (!value.isTextual() || value.textValue().isEmpty()) {
                throw wrong("has no text \"" + key + "\"");
            }
            return value.textValue();
        }

        /** An error that names the line: {@code Line 7 has no text "file".} */
        public CheckpointException wrong(String what) {
            return wrong(what, null);
        }

        private CheckpointException wrong(String what, Throwable cause) {
            return CheckpointException.of(
                    "Line " + number + " " + what + ".", file, "correct the line, or remove it.", cause);
        }
    }

    private final Path file;
    private final InputStream stream;
    private final LineReader lines;
    private Optional<Line> ahead = Optional.empty();
    private boolean ended;

    private JsonLines(Path file, InputStream stream) {
        this.file = file;
        this.stream = stream;
        lines = new LineReader(file, stream);
    }

    /** @throws CheckpointException if the file can't be read */
    public static JsonLines open(Path file) {
        if (Files.isDirectory(file)) {
            throw CheckpointException.of("This is a folder.", file, "a file with a JSON object on each line.");
        }
        try {
            return new JsonLines(file, Files.newInputStream(file));
        } catch (NoSuchFileException e) {
            throw CheckpointException.of("There is no such file.", file, "check the path.", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static CheckpointException unreadable(Path file, IOException e) {
        return CheckpointException.of("The file can't be read: " + e.getMessage(), file, "check its permissions.", e);
    }

    /** @throws CheckpointException if the next line is no JSON object; its number is given */
    @Override
    public boolean hasNext() {
        if (ahead.isEmpty() && !ended) {
            ahead = read();
        }
        return ahead.isPresent();
    }

    @Override
    public Line next() {
        if (!hasNext()) {
            throw new NoSuchElementException("There are no more lines.");
        }
        Line next = ahead.orElseThrow();
        ahead = Optional.empty();
        return next;
    }

    private Optional<Line> read() {
        try {
            Optional<LineReader.Line> line = lines.next();
            while (line.isPresent() && line.get().isBlank()) {
                line = lines.next();
            }
            if (line.isEmpty()) {
                ended = true;
                close();
            }
            return line.map(bytes -> parse(file, bytes));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static Line parse(Path file, LineReader.Line line) {
        try {
            JsonNode object = JSON.readTree(line.bytes());
            if (object.isObject()) {
                return new Line(file, line.number(), object);
            }
        } catch (JsonProcessingException e) {
            throw new Line(file, line.number(), null).wrong("is no JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        throw new Line(file, line.number(), null).wrong("is no JSON object");
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }
}
