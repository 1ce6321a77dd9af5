package io.vitrail.fusion.training;

import ai.djl.Device;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.fusion.FusionCaptioner;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.EmbeddedCheckpoint;
import io.vitrail.vit.Features;
import io.vitrail.vit.LoadedVisionModel;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

/** The vision model that a captioner looks through, and that its training leaves as it is. */
public final class FrozenBackbone implements AutoCloseable {
    private final LoadedVisionModel model;
    private final ObjectNode config;
    private final Path folder;
    private final Optional<EmbeddedCheckpoint> unpacked;

    /**
     * What the backbone makes of a picture.
     *
     * @param tokens [tokens · width], row by row
     * @param pooled [width]
     */
    public record Seen(float[] tokens, float[] pooled) {}

    private FrozenBackbone(Path folder, Optional<EmbeddedCheckpoint> unpacked) {
        this.folder = folder;
        this.unpacked = unpacked;
        config = (ObjectNode) JsonFile.read(folder.resolve("config.json"));
        try {
            FusionCaptioner.requireBackbone(new ConfigJson(config));
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(
                    e.getMessage(), folder.resolve("config.json"), "give a folder that vitrail train made.", e);
        }
        model = LoadedVisionModel.load(folder, Kernels.choose(Device.cpu(), Precision.FP32), Device.cpu());
    }

    /** The embedded classifier, or that of a folder. */
    public static FrozenBackbone open(Optional<Path> folder) {
        if (folder.isPresent()) {
            return new FrozenBackbone(folder.get(), Optional.empty());
        }
        EmbeddedCheckpoint files = EmbeddedCheckpoint.unpack();
        try {
            return new FrozenBackbone(files.folder(), Optional.of(files));
        } catch (RuntimeException | Error e) {
            files.close();
            throw e;
        }
    }

    /** In the pictures' order. */
    public List<Seen> see(List<Image> images) {
        return model.answer(images, (network, pixels, pass) -> {
            Features features = network.features(VisionInput.of(pixels), pass);
            int count = Math.toIntExact(pixels.getShape().get(0));
            float[] tokens = features.tokens().toFloatArray();
            float[] pooled = features.pooled().toFloatArray();
            return IntStream.range(0, count)
                    .mapToObj(i -> new Seen(row(tokens, i, count), row(pooled, i, count)))
                    .toList();
        });
    }

    private static float[] row(float[] rows, int i, int count) {
        int length = rows.length / count;
        return Arrays.copyOfRange(rows, i * length, (i + 1) * length);
    }

    /** Width of a token. */
    int width() {
        return config.path("hidden_size").asInt();
    }

    /** Its config.json. */
    ObjectNode config() {
        return config.deepCopy();
    }

    /** Tells its weights from others'. */
    String fingerprint() {
        try {
            CRC32 checksum = new CRC32();
            checksum.update(Files.readAllBytes(folder.resolve("model.safetensors")));
            return Long.toHexString(checksum.getValue());
        } catch (IOException e) {
            throw CheckpointException.of(
                    "Cannot read the backbone's weights: " + e.getMessage(),
                    folder,
                    "give a folder with a model.safetensors.",
                    e);
        }
    }

    /** Where its files are. */
    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        model.close();
        unpacked.ifPresent(EmbeddedCheckpoint::close);
    }
}
