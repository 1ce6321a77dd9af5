package io.vitrail.transformer.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: its length in 8 bytes, then JSON with the name, type, shape and place of each
 * tensor.
 *
 * @param bytes from the file's start to the first tensor; the places count from there
 * @param entries by name, in the order of their places
 * @param metadata texts about the file
 */
record SafeTensorsHeader(long bytes, Map<String, Entry> entries, Map<String, String> metadata) {
    private static final int LENGTH_BYTES = 8;
    private static final int LONGEST = 100_000_000; // as in the reference implementation
    private static final int MOST_TOKENS = 4_000_000; // 13 a tensor: bounds the memory that a hostile header takes

    /** A tensor from byte {@code begin} until before byte {@code end}. */
    record Entry(StorageType type, long[] shape, long begin, long end) {}

    static SafeTensorsHeader read(ModelFile source) {
        int length = readLength(source);
        byte[] json = source.read(LENGTH_BYTES, length).array();
        if (length == 0 || json[0] != '{') {
            throw refusal("The header must begin with '{'.", source.path());
        }
        SafeTensorsJson header = new SafeTensorsJson(source.path());
        try (JsonParser parser =
                JsonFile.strict(LONGEST, MOST_TOKENS).createParser(JsonFile.utf8(new ByteArrayInputStream(json)))) {
            header.readAll(parser);
        } catch (JsonProcessingException e) {
            throw JsonFile.refusal(e, source.path());
        } catch (IOException e) {
            throw refusal("The header isn't text in UTF-8.", source.path());
        }
        long start = LENGTH_BYTES + (long) length;
        Map<String, Entry> entries = inOrder(header.entries(), source.size() - start, source.path());
        return new SafeTensorsHeader(start, entries, header.metadata());
    }

    private static int readLength(ModelFile source) {
        if (source.size() < LENGTH_BYTES) {
            throw refusal("The file has " + source.size() + " bytes, too few for a header.", source.path());
        }
        long length = source.read(0, LENGTH_BYTES).getLong();
        if (length < 0 || length > LONGEST) {
            String text = Long.toUnsignedString(length);
            throw refusal("The header claims " + text + " bytes; at most " + LONGEST + " are allowed.", source.path());
        }
        if (length > source.size() - LENGTH_BYTES) {
            String text = "The header claims " + length + " bytes, but the file has only " + source.size() + ".";
            throw refusal(text, source.path());
        }
        return (int) length;
    }

    /** Sorts by place, and refuses gaps, overlaps, and a file that is longer or shorter than its tensors. */
    private static Map<String, Entry> inOrder(Map<String, Entry> entries, long available, Path file) {
        List<Map.Entry<String, Entry>> sorted = new ArrayList<>(entries.entrySet());
        sorted.sort(Map.Entry.comparingByValue(
                Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end)));
        Map<String, Entry> ordered = new LinkedHashMap<>();
        long end = 0;
        for (Map.Entry<String, Entry> next : sorted) {
            if (next.getValue().begin() != end) {
                boolean overlap = next.getValue().begin() < end;
                String problem = overlap ? " overlaps the tensor before it." : " leaves a gap before it.";
                throw refusal("Tensor " + Quote.of(next.getKey()) + problem, file);
            }
            end = next.getValue().end();
            ordered.put(next.getKey(), next.getValue());
        }
        if (end != available) {
            throw refusal("The header describes " + end + " bytes of tensors; the file holds " + available + ".", file);
        }
        return Collections.unmodifiableMap(ordered);
    }

    static CheckpointException refusal(String what, Path file) {
        return CheckpointException.of(what, file, "this is no complete safetensors file; download it again.");
    }
}
