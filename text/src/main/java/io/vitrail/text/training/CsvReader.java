package io.vitrail.text.training;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rows of a CSV file (RFC 4180): fields in quotes may hold delimiters, lines, and quotes written twice. */
final class CsvReader {
    private static final int END = -1;

    private final BufferedReader in;
    private final char delimiter;
    private final Path file;
    private long lines = 1;
    private long line;
    private int length;

    CsvReader(BufferedReader in, char delimiter, Path file) {
        this.in = in;
        this.delimiter = delimiter;
        this.file = file;
    }

    /** Where the last row began, from 1. */
    long line() {
        return line;
    }

    /** The fields of the next row; empty at the end. Blank lines are passed over. */
    Optional<List<String>> next() throws IOException {
        List<String> fields = new ArrayList<>();
        do {
            fields.clear();
            line = lines;
            length = 0;
            if (peek() == END) {
                return Optional.empty();
            }
            while (field(fields)) {
                in.read(); // the delimiter
                count();
            }
            in.read(); // the line's end
            lines++;
        } while (fields.size() == 1 && fields.get(0).isBlank());
        return Optional.of(fields);
    }

    /** Reads a field up to what ends it; whether another one follows in this row. */
    private boolean field(List<String> fields) throws IOException {
        StringBuilder field = new StringBuilder();
        if (peek() == '"') {
            quoted(field);
        }
        while (peek() != delimiter && peek() != '\n' && peek() != END) {
            append((char) in.read(), field);
        }
        boolean carriage = peek() != delimiter && !field.isEmpty() && field.charAt(field.length() - 1) == '\r';
        fields.add(carriage ? field.substring(0, field.length() - 1) : field.toString());
        return peek() == delimiter;
    }

    private void quoted(StringBuilder field) throws IOException {
        long first = lines;
        in.read();
        while (true) {
            int c = in.read();
            if (c == END) {
                throw RecordFile.wrong("A quote isn't closed", file, first, "end the field by a quote.");
            }
            if (c == '"' && peek() != '"') {
                break;
            }
            append((char) (c == '"' ? in.read() : c), field);
            lines += c == '\n' ? 1 : 0;
        }
        if (peek() != delimiter && peek() != '\n' && peek() != '\r' && peek() != END) {
            throw RecordFile.wrong("Text follows a closing quote", file, lines, "write quotes within quotes twice.");
        }
    }

    private void append(char c, StringBuilder field) {
        count();
        field.append(c);
    }

    private void count() {
        if (++length > RecordFile.LONGEST) {
            String what = "A row has more than " + RecordFile.LONGEST + " characters";
            throw RecordFile.wrong(what, file, line, "shorten it, or close its quotes.");
        }
    }

    private int peek() throws IOException {
        in.mark(1);
        int c = in.read();
        in.reset();
        return c;
    }
}
