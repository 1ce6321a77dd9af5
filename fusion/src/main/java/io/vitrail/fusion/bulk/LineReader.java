package io.vitrail.fusion.bulk;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** The lines of a file one by one, as bytes, each of bounded length. */
final class LineReader {
    private static final int LONGEST = 1 << 24;

    /**
     * @param number from 1
     * @param bytes without the line's end
     * @param start of the line in the file, in bytes
     * @param ended whether a line feed follows
     */
    record Line(int number, byte[] bytes, long start, boolean ended) {
        boolean isBlank() {
            for (byte each : bytes) {
                if (each != ' ' && each != '\t' && each != '\r') {
                    return false;
                }
            }
            return true;
        }
    }

    private final Path file;
    private final InputStream stream;
    private int number;
    private long position;

    /** @param file what errors name */
    LineReader(Path file, InputStream stream) {
        this.file = file;
        this.stream = new BufferedInputStream(stream, 1 << 16);
    }

    /** The next line, or none at the end. */
    Optional<Line> next() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long start = position;
        int each = stream.read();
        while (each >= 0 && each != '\n') {
            if (bytes.size() == LONGEST) {
                throw CheckpointException.of(
                        "Line " + (number + 1) + " is longer than " + LONGEST + " bytes.",
                        file,
                        "check that the file holds JSON lines.");
            }
            bytes.write(each);
            each = stream.read();
        }
        boolean ended = each == '\n';
        position = start + bytes.size() + (ended ? 1 : 0);
        number++;
        return ended || bytes.size() > 0
                ? Optional.of(new Line(number, bytes.toByteArray(), start, ended))
                : Optional.empty();
    }
}
