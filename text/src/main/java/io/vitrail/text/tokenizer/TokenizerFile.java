package io.vitrail.text.tokenizer;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whole files of a tokenizer, with a bound on their size. */
final class TokenizerFile {
    private static final int MOST_BYTES = 64 << 20;

    private TokenizerFile() {}

    /**
     * The bytes of a file.
     *
     * @throws CheckpointException if it is missing, can't be read or is larger than 64 MB
     */
    static byte[] bytes(Path file) {
        if (!Files.isRegularFile(file)) {
            throw CheckpointException.of(
                    "The file does not exist.", file, "check the path, or download the checkpoint again.");
        }
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw CheckpointException.of(
                        "The file is larger than " + (MOST_BYTES >> 20) + " MB.",
                        file,
                        "check that it is the right one.");
            }
            return bytes;
        } catch (IOException e) {
            throw CheckpointException.of("The file cannot be read: " + e + ".", file, "check its permissions.", e);
        }
    }

    /**
     * The text of a file in UTF-8.
     *
     * @throws CheckpointException as {@link #bytes}, and if it isn't such text
     */
    static String text(Path file) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw CheckpointException.of("The file isn't text in UTF-8.", file, "download the file again.", e);
        }
    }
}
