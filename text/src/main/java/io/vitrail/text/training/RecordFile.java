package io.vitrail.text.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vitrail.transformer.Check;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Records of a data file in UTF-8: CSV or TSV with a header, or an object of JSON per line; its ending tells. Files are at most
 * 1 GiB, a record has at most 1,048,576 characters. What is wrong is told with file and line, as an {@link
 * IllegalArgumentException}.
 */
final class RecordFile {
    /** Characters of a record. */
    static final int LONGEST = 1 << 20;

    private static final Set<String> TABLES = Set.of("csv", "tsv");
    private static final long MOST_BYTES = 1L << 30;
    private static final int MOST_RECORDS = 10_000_000;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private RecordFile() {}

    /**
     * A record.
     *
     * @param line where it begins, from 1
     * @param values by the names of columns or keys; a list of JSON has several
     * @param others keys of JSON that hold something else than texts, numbers, booleans and lists of them
     */
    record Entry(Path file, long line, Map<String, List<String>> values, Set<String> others) {
        /** Whether it is a row, whose columns hold one text each. */
        boolean isOfTable() {
            return TABLES.contains(ending(file));
        }

        boolean has(String key) {
            return values.containsKey(key) || others.contains(key);
        }

        /** None where there is no such key. */
        List<String> list(String key) {
            if (others.contains(key)) {
                throw wrong("'" + key + "' must hold texts, numbers or booleans alone", "leave out what is none.");
            }
            return values.getOrDefault(key, List.of());
        }

        Optional<String> text(String key) {
            List<String> all = list(key);
            if (all.size() > 1) {
                throw wrong("'" + key + "' must be one text, not a list", "give one text.");
            }
            return all.stream().findFirst();
        }

        String required(String key) {
            return text(key)
                    .orElseThrow(
                            () -> wrong("There is no '" + key + "'", "give it; there is " + values.keySet() + "."));
        }

        IllegalArgumentException wrong(String what, String remedy) {
            return RecordFile.wrong(what, file, line, remedy);
        }
    }

    /** Reads them all, in order; blank lines are passed over. */
    static List<Entry> read(Path file) {
        return switch (ending(file)) {
            case "csv" -> reading(file, in -> table(in, ',', file));
            case "tsv" -> reading(file, in -> table(in, '\t', file));
            case "jsonl", "ndjson" -> reading(file, in -> lines(in, file));
            default ->
                throw new IllegalArgumentException("'" + file + "' isn't known by its ending.\n"
                        + "  try:  .csv or .tsv with a header, or .jsonl with an object per line.");
        };
    }

    static String ending(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** What becomes of a file's text. */
    @FunctionalInterface
    interface Work<R> {
        R of(BufferedReader in) throws IOException;
    }

    static <R> R reading(Path file, Work<R> work) {
        Check.that(Files.isRegularFile(file), "The file '%s' doesn't exist.%n  try:  check the path.", file);
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8.newDecoder()))) {
            Check.that(Files.size(file) <= MOST_BYTES, "'%s' is larger than 1 GiB.%n  try:  a part of it.", file);
            skipMark(in);
            return work.of(in);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("'" + file + "' isn't text in UTF-8.\n  try:  save it as UTF-8.", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "'" + file + "' can't be read: " + e + "\n  try:  check its permissions.", e);
        }
    }

    private static void skipMark(BufferedReader in) throws IOException {
        in.mark(1);
        if (in.read() != '\uFEFF') {
            in.reset();
        }
    }

    static IllegalArgumentException wrong(String what, Path file, long line, String remedy) {
        return new IllegalArgumentException("%s.%n  file: %s, line %d%n  try:  %s".formatted(what, file, line, remedy));
    }

    private static List<Entry> table(BufferedReader in, char delimiter, Path file) throws IOException {
        CsvReader rows = new CsvReader(in, delimiter, file);
        List<String> header =
                rows.next().stream().flatMap(List::stream).map(String::strip).toList();
        if (header.stream().distinct().count() != header.size()) {
            throw wrong("A column is named twice: " + header, file, 1, "name each once.");
        }
        List<Entry> entries = new ArrayList<>();
        Optional<List<String>> row;
        while ((row = rows.next()).isPresent()) {
            List<String> fields = row.get();
            if (fields.size() != header.size()) {
                String what = "There are %d fields for %d columns".formatted(fields.size(), header.size());
                throw wrong(what, file, rows.line(), "quote fields that hold commas or lines.");
            }
            Map<String, List<String>> values = new HashMap<>();
            for (int i = 0; i < fields.size(); i++) {
                values.put(header.get(i), List.of(fields.get(i)));
            }
            add(new Entry(file, rows.line(), values, Set.of()), entries);
        }
        return entries;
    }

    static List<Entry> lines(BufferedReader in, Path file) throws IOException {
        List<Entry> entries = new ArrayList<>();
        Optional<String> line;
        for (long number = 1; (line = line(in, file, number)).isPresent(); number++) {
            if (!line.get().isBlank()) {
                add(entry(line.get(), file, number), entries);
            }
        }
        return entries;
    }

    /** Without its end; none of a longer line is kept in memory than a record may have. */
    private static Optional<String> line(BufferedReader in, Path file, long number) throws IOException {
        int c = in.read();
        if (c < 0) {
            return Optional.empty();
        }
        StringBuilder line = new StringBuilder();
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (line.length() == LONGEST) {
                throw wrong("The line has more than " + LONGEST + " characters", file, number, "shorten it.");
            }
            line.append((char) c);
        }
        return Optional.of(line.toString());
    }

    private static Entry entry(String line, Path file, long number) {
        try {
            JsonNode json = MAPPER.readTree(line);
            if (!json.isObject()) {
                throw wrong("An object of JSON must stand here, from { to }", file, number, "write one per line.");
            }
            Map<String, List<String>> values = new HashMap<>();
            Set<String> others = new HashSet<>();
            json.properties().forEach(entry -> put(entry.getKey(), entry.getValue(), values, others));
            return new Entry(file, number, values, Set.copyOf(others));
        } catch (JsonProcessingException e) {
            throw wrong("The JSON is damaged: " + e.getOriginalMessage(), file, number, "correct the line.");
        }
    }

    private static void put(String key, JsonNode value, Map<String, List<String>> values, Set<String> others) {
        Iterable<JsonNode> given = value.isArray() ? value : List.of(value);
        List<JsonNode> all = new ArrayList<>();
        given.forEach(all::add);
        if (all.stream().allMatch(each -> each.isTextual() || each.isNumber() || each.isBoolean())) {
            values.put(key, all.stream().map(JsonNode::asText).toList());
        } else if (!value.isNull()) {
            others.add(key);
        }
    }

    private static void add(Entry entry, List<Entry> entries) {
        if (entries.size() == MOST_RECORDS) {
            throw entry.wrong("There are more than " + MOST_RECORDS + " records", "give a part of them.");
        }
        entries.add(entry);
    }
}
