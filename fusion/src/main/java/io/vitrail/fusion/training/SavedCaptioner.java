package io.vitrail.fusion.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.fusion.FusionCaptioner;
import io.vitrail.fusion.FusionDecoder;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.TreeSet;

/**
 * A captioner as a checkpoint in the Hugging Face layout, with an index of two weights files: the backbone's, which is a
 * copy, and the decoder's in bfloat16.
 */
final class SavedCaptioner {
    private static final String BACKBONE = "backbone.safetensors";
    private static final String DECODER = "decoder.safetensors";
    private static final String PREPROCESSOR = "preprocessor_config.json";

    private final FrozenBackbone backbone;
    private final Path tokenizer;
    private final ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    SavedCaptioner(FrozenBackbone backbone, Path tokenizer) {
        this.backbone = backbone;
        this.tokenizer = tokenizer;
    }

    void save(FusionDecoder decoder, Path folder) throws IOException {
        Files.createDirectories(folder);
        copy(backbone.folder().resolve("model.safetensors"), folder.resolve(BACKBONE));
        copy(backbone.folder().resolve(PREPROCESSOR), folder.resolve(PREPROCESSOR));
        copy(tokenizer, folder.resolve("tokenizer.json"));
        FusionCaptioner.saveDecoder(decoder, folder.resolve(DECODER), StorageType.BF16);
        write(FusionCaptioner.configJson(backbone.config(), decoder.config()), folder.resolve("config.json"));
        write(generation(decoder), folder.resolve("generation_config.json"));
        write(index(decoder), folder.resolve("model.safetensors.index.json"));
    }

    private static void copy(Path from, Path to) throws IOException {
        if (!from.equals(to)) {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void write(ObjectNode json, Path file) throws IOException {
        Files.writeString(file, mapper.writeValueAsString(json) + "\n");
    }

    private static ObjectNode generation(FusionDecoder decoder) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("decoder_start_token_id", CaptionWords.BEGIN)
                .put("bos_token_id", CaptionWords.BEGIN)
                .put("eos_token_id", CaptionWords.END)
                .put("pad_token_id", CaptionWords.PADDING)
                .put("max_length", decoder.maxTokens())
                .put("num_beams", 3)
                .put("length_penalty", 1.0)
                .set("suppress_tokens", JsonNodeFactory.instance.arrayNode().add(CaptionWords.UNKNOWN));
    }

    private ObjectNode index(FusionDecoder decoder) {
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.putObject("metadata");
        ObjectNode files = index.putObject("weight_map");
        Set<String> names;
        try (Checkpoint checkpoint = Checkpoint.open(backbone.folder())) {
            names = new TreeSet<>(checkpoint.names());
        }
        names.forEach(name -> files.put(name, BACKBONE));
        FusionCaptioner.decoderNames(decoder).forEach(name -> files.put(name, DECODER));
        return index;
    }
}
