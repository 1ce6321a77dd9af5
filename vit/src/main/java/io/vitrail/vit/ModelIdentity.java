package io.vitrail.vit;

import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointName;
import io.vitrail.transformer.weights.StoredTensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/**
 * Which model made vectors. Those of two models can't be compared.
 *
 * @param name for people: what the hub calls it, if it comes from there, or else its folder
 * @param fingerprint tells models apart: a digest of the configuration, the processing of pictures, and both ends of
 *     every weight; where the files lie and which numbers the model computes in don't matter
 */
public record ModelIdentity(String name, String fingerprint) {
    /** Bytes at either end of a weight. */
    private static final int END = 256;

    private static final List<String> DESCRIPTIONS =
            List.of("config.json", "open_clip_config.json", "preprocessor_config.json");
    private static final List<String> EMBEDDED =
            List.of("config.json", "preprocessor_config.json", "model.safetensors");

    /**
     * Of a checkpoint's folder.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if its weights are missing or damaged
     */
    public static ModelIdentity of(Path folder) {
        MessageDigest digest = digest();
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            for (String file : DESCRIPTIONS) {
                Path description = checkpoint.folder().resolve(file);
                digest.update(Files.exists(description) ? Files.readAllBytes(description) : new byte[0]);
            }
            for (String weight : new TreeSet<>(checkpoint.names())) {
                add(checkpoint.tensor(weight), weight, digest);
            }
            return new ModelIdentity(CheckpointName.of(checkpoint.folder()).shown(), hex(digest));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of other vectors that the same model makes, in a word. */
    public ModelIdentity making(String vectors) {
        return new ModelIdentity(name, vectors + "-" + fingerprint);
    }

    private static void add(StoredTensor tensor, String name, MessageDigest digest) {
        digest.update((name + " " + tensor.type() + Arrays.toString(tensor.shape())).getBytes(StandardCharsets.UTF_8));
        ByteBuffer bytes = tensor.buffer();
        int end = Math.min(END, bytes.limit());
        digest.update(bytes.slice(0, end));
        digest.update(bytes.slice(bytes.limit() - end, end));
    }

    /** Of the model in the jar. */
    public static ModelIdentity embedded() {
        MessageDigest digest = digest();
        for (String file : EMBEDDED) {
            try (InputStream in = ImageEmbedder.class.getResourceAsStream("embedded/" + file)) {
                digest.update(in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new ModelIdentity("the embedded model", hex(digest));
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public String toString() {
        return name + " (" + fingerprint.substring(0, Math.min(8, fingerprint.length())) + ")";
    }
}
