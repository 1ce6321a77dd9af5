package io.vitrail.fusion;

import io.vitrail.vit.EmbeddedCheckpoint;
import io.vitrail.vit.EmbeddedCheckpoint.Resource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The embedded captioner's files: this module's jar holds what it has of its own, and its backbone is the embedded
 * classifier's.
 */
public final class EmbeddedCaptioner {
    private static final List<String> OWN = List.of(
            "config.json",
            "generation_config.json",
            "preprocessor_config.json",
            "tokenizer.json",
            "model.safetensors.index.json",
            "decoder.safetensors");

    private EmbeddedCaptioner() {}

    /** As a checkpoint's folder; whoever asks for it closes it. */
    public static EmbeddedCheckpoint unpack() {
        Map<String, Resource> files = new LinkedHashMap<>();
        OWN.forEach(file -> files.put(file, new Resource(EmbeddedCaptioner.class, file)));
        files.put("backbone.safetensors", EmbeddedCheckpoint.BACKBONE);
        return EmbeddedCheckpoint.unpack(files);
    }
}
