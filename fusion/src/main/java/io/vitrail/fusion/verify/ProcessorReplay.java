package io.vitrail.fusion.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.tokenizer.TokenizerReplayer;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.vit.verify.ImageReplayer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Processors of pictures and texts: a picture processor and a tokenizer, each with its half of the call. */
final class ProcessorReplay implements AutoCloseable {
    private final ImageReplayer images = new ImageReplayer();
    private final TokenizerReplayer tokenizers = new TokenizerReplayer();
    private final SoftPromptProcessorReplay softPrompts = new SoftPromptProcessorReplay(tokenizers);
    private final TiledProcessorReplay tiled = new TiledProcessorReplay(tokenizers);

    Replayed of(GoldenCall call) {
        if (call.className().filter(TiledProcessorReplay.classes()::contains).isPresent()) {
            return tiled.of(call);
        }
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        outputs.putAll(images.replay(half(call, "image_processor"), Map.of(), GoldenReplayer.Path.READABLE)
                .tensors());
        if (call.className()
                .filter(SoftPromptProcessorReplay.classes()::contains)
                .isPresent()) {
            return softPrompts.of(call, outputs);
        }
        if (call.json().hasNonNull("text")) {
            outputs.putAll(tokenizers
                    .replay(half(call, "tokenize"), Map.of(), GoldenReplayer.Path.READABLE)
                    .tensors());
        }
        return Replayed.of(outputs);
    }

    /** The call as one operation's alone: pictures take no options of texts. */
    static GoldenCall half(GoldenCall call, String operation) {
        ObjectNode json = call.json().deepCopy();
        json.put("op", operation);
        json.remove("class");
        if (operation.equals("image_processor")) {
            json.remove("options");
        }
        return new GoldenCall(call.folder(), (JsonNode) json);
    }

    @Override
    public void close() {
        images.close();
        tokenizers.close();
    }
}
