package io.vitrail.transformer.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The checksums by which the hub names contents. */
final class Checksum {
    private static final int PIECE = 1 << 16;

    private Checksum() {}

    /**
     * Whether a file's content is what its tag says: 64 hexadecimal digits are its sha256, 40 the sha1 that git gives
     * it. Other tags, of servers that aren't the hub's own, say nothing of the content.
     */
    static boolean agrees(Path file, String tag) throws IOException {
        if (tag.matches("[0-9a-f]{64}")) {
            return tag.equals(digest("SHA-256", "", file));
        }
        if (tag.matches("[0-9a-f]{40}")) {
            String header = "blob " + Files.size(file) + "\0";
            return tag.equals(digest("SHA-1", header, file));
        }
        return true;
    }

    private static String digest(String algorithm, String prefix, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            digest.update(prefix.getBytes(StandardCharsets.US_ASCII));
            ByteBuffer piece = ByteBuffer.allocate(PIECE);
            while (channel.read(piece) >= 0) {
                digest.update(piece.flip());
                piece.clear();
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has both
        }
    }
}
