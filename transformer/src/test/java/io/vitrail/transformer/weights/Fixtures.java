package io.vitrail.transformer.weights;

import io.vitrail.transformer.Resources;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files of weights for tests: recorded ones, and tiny ones written by hand. */
final class Fixtures {
    private Fixtures() {}

    /** A file or folder under the test resources' folder {@code weights}, whose README tells how it was made. */
    static Path recorded(String name) {
        return Resources.path("/weights/" + name);
    }

    static Path write(Path file, byte[] bytes) {
        try {
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A safetensors file: the length of the header, the header, then so many bytes 0, 1, 2, ... of tensors. */
    static byte[] safeTensors(String header, int bytes) {
        return safeTensors(header.getBytes(StandardCharsets.UTF_8), bytes);
    }

    static byte[] safeTensors(byte[] json, int bytes) {
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        for (int i = 0; i < bytes; i++) {
            file.put((byte) i);
        }
        return file.array();
    }

    /** A safetensors file with one tensor 'x' of these floats. */
    static byte[] safeTensors(float... floats) {
        String header = String.format(
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}", floats.length, floats.length * 4);
        byte[] file = safeTensors(header, floats.length * 4);
        ByteBuffer data = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < floats.length; i++) {
            data.putFloat(file.length - 4 * (floats.length - i), floats[i]);
        }
        return file;
    }

    /** A zip archive as PyTorch writes it, of a pickle (one character per byte) and further files. */
    static byte[] zipped(String pickle, Map<String, byte[]> others) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "archive/data.pkl", bytes(pickle));
            for (Map.Entry<String, byte[]> other : others.entrySet()) {
                store(zip, "archive/" + other.getKey(), other.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 checksum = new CRC32();
        checksum.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
    }

    static byte[] bytes(String characters) {
        return characters.getBytes(StandardCharsets.ISO_8859_1);
    }
}
