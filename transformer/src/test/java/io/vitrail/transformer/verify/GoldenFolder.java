package io.vitrail.transformer.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Writes golden cases for tests of what reads them. */
final class GoldenFolder {
    private GoldenFolder() {}

    /** A case with these calls, as JSON with ' for ". */
    static Path write(Path folder, String family, String calls, Map<String, GoldenTensor> tensors) {
        try {
            Files.createDirectories(folder);
            String json = "{'format': 1, 'family': '" + family + "', 'case': '" + folder.getFileName() + "', 'calls': ["
                    + calls + "]}";
            Files.writeString(folder.resolve("golden.json"), json.replace('\'', '"'));
            GoldenTensor.write(folder.resolve("golden.safetensors"), tensors);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static GoldenTensor floats(float... values) {
        return GoldenTensor.of(new long[] {1, values.length}, values);
    }
}
