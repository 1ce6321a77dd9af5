package io.vitrail.vit.fewshot;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.SafeTensors;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.transformer.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Matrices in a safetensors file, whose name is a digest of them: a file that was damaged or exchanged is noticed. */
final class MatrixFile {
    private static final Pattern NAME = Pattern.compile("few-shot-[0-9a-f]{32}\\.safetensors");
    private static final String KEY = "tensors";
    private static final int MOST = 16;
    private static final int DIGITS = 32;

    private MatrixFile() {}

    /** The file's name that a description holds; it doesn't lead out of its folder. */
    static String named(ConfigJson json) {
        return json.text(KEY)
                .filter(name -> NAME.matcher(name).matches())
                .orElseThrow(() -> json.wrong(KEY, "a name such as few-shot-0123….safetensors"));
    }

    /** @return the file's name */
    static String write(Path folder, Map<String, float[][]> matrices) {
        String name = name(matrices);
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            Map<String, NDArray> arrays = new TreeMap<>();
            matrices.forEach((key, rows) -> arrays.put(key, array(rows, manager)));
            SafeTensorsWriter.write(folder.resolve(name), arrays, StorageType.F32, Map.of());
        }
        return name;
    }

    private static NDArray array(float[][] rows, NDManager manager) {
        int width = rows[0].length;
        float[] flat = new float[Math.multiplyExact(rows.length, width)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * width, width);
        }
        return manager.create(flat, new Shape(rows.length, width));
    }

    /**
     * Reads a file.
     *
     * @throws CheckpointException if it isn't there or is damaged
     */
    static Map<String, float[][]> read(Path file) {
        Map<String, float[][]> matrices = new TreeMap<>();
        if (!Files.isRegularFile(file)) {
            throw damaged("The file isn't there.", file);
        }
        try (SafeTensors tensors = SafeTensors.open(file)) {
            if (tensors.names().size() > MOST) {
                throw damaged("The file holds " + tensors.names().size() + " tensors, not at most " + MOST + ".", file);
            }
            for (String name : tensors.names()) {
                matrices.put(name, rows(tensors.tensor(name)));
            }
        }
        if (!name(matrices).equals(file.getFileName().toString())) {
            throw damaged("The file's content isn't what its name says.", file);
        }
        return matrices;
    }

    private static float[][] rows(StoredTensor tensor) {
        long[] shape = tensor.shape();
        long size = tensor.size();
        if (tensor.type() != StorageType.F32 || shape.length != 2 || size == 0 || size > Examples.MOST_VALUES) {
            throw damaged("The tensor " + tensor + " isn't a matrix of F32, or is too large.", tensor.file());
        }
        float[] flat = tensor.floats();
        int width = (int) shape[1];
        float[][] rows = new float[(int) shape[0]][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
        }
        return rows;
    }

    private static CheckpointException damaged(String what, Path file) {
        return CheckpointException.of(what, file, "learn the classes again, and save them.");
    }

    private static String name(Map<String, float[][]> matrices) {
        MessageDigest digest = digest();
        new TreeMap<>(matrices).forEach((name, rows) -> {
            digest.update((name + " " + rows.length + " ").getBytes(StandardCharsets.UTF_8));
            for (float[] row : rows) {
                ByteBuffer bytes = ByteBuffer.allocate(row.length * Float.BYTES);
                bytes.asFloatBuffer().put(row);
                digest.update(bytes);
            }
        });
        return "few-shot-" + HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS) + ".safetensors";
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
