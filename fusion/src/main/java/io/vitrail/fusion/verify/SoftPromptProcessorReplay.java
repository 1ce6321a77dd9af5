package io.vitrail.fusion.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.text.tokenizer.TokenizerReplayer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer.Path;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Processors that keep places for pictures: among the words, where the prompt says so, or before them. */
final class SoftPromptProcessorReplay {
    private static final String LLAVA = "LlavaProcessor";
    private static final String BLIP2 = "Blip2Processor";
    private static final String PIXELS = "pixel_values";
    private static final String LENGTH = "max_length";

    private final TokenizerReplayer tokenizers;

    SoftPromptProcessorReplay(TokenizerReplayer tokenizers) {
        this.tokenizers = tokenizers;
    }

    /** The classes of the reference that are such processors. */
    static Set<String> classes() {
        return Set.of(LLAVA, BLIP2);
    }

    /** @param pictures what the picture's half of the processor made */
    Replayed of(GoldenCall call, Map<String, GoldenTensor> pictures) {
        ConfigJson settings = ConfigJson.of(JsonFile.read(file(call)), file(call));
        return call.className().orElseThrow().equals(LLAVA)
                ? among(call, settings, pictures)
                : before(call, settings, pictures);
    }

    private static java.nio.file.Path file(GoldenCall call) {
        return call.checkpoint().resolve("processor_config.json");
    }

    /** Each image token of a prompt becomes as many as the picture has patches. */
    private Replayed among(GoldenCall call, ConfigJson settings, Map<String, GoldenTensor> pictures) {
        ObjectNode half = ProcessorReplay.half(call, "tokenize").json().deepCopy();
        boolean chats = half.hasNonNull("messages");
        JsonNode prompts = chats ? chats(call) : half.path("text");
        String image = settings.text("image_token", "<image>");
        String places = image.repeat(pictures.containsKey(PIXELS) ? places(settings, pictures.get(PIXELS)) : 1);
        ArrayNode texts = half.putArray("text");
        prompts.forEach(prompt -> texts.add(prompt.asText().replace(image, places)));
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>(pictures);
        outputs.putAll(tokens(new GoldenCall(call.folder(), half)));
        return new Replayed(outputs, chats ? Map.of("prompt", prompts) : Map.of());
    }

    private JsonNode chats(GoldenCall call) {
        GoldenCall half = ProcessorReplay.half(call, "chat_template");
        return tokenizers.replay(half, Map.of(), Path.READABLE).values().get("prompt_generation");
    }

    private static int places(ConfigJson settings, GoldenTensor pixels) {
        int patch = settings.size("patch_size", Integer.MAX_VALUE);
        int patches = Math.toIntExact(pixels.shape()[2] / patch * (pixels.shape()[3] / patch));
        boolean dropping = settings.text("vision_feature_select_strategy", "").equals("default");
        int places = patches + settings.integer("num_additional_image_tokens", 0) - (dropping ? 1 : 0);
        Check.that(places > 0, "processor_config.json gives a picture %d tokens.", places);
        return places;
    }

    /** As many image tokens as there are queries stand before all else, also before padding. */
    private Replayed before(GoldenCall call, ConfigJson settings, Map<String, GoldenTensor> pictures) {
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>(pictures);
        if (!call.json().hasNonNull("text")) {
            return Replayed.of(outputs);
        }
        int places = settings.has("num_query_tokens") ? settings.size("num_query_tokens", 1) : 0;
        ObjectNode half = ProcessorReplay.half(call, "tokenize").json().deepCopy();
        if (half.path("options").hasNonNull(LENGTH)) {
            half.withObject("/options")
                    .put(LENGTH, half.path("options").get(LENGTH).asInt() - places);
        }
        Map<String, GoldenTensor> tokens = tokens(new GoldenCall(call.folder(), half));
        outputs.put("input_ids", led(tokens.get("input_ids"), places, imageToken(call)));
        outputs.put("attention_mask", led(tokens.get("attention_mask"), places, 1));
        return Replayed.of(outputs);
    }

    private Map<String, GoldenTensor> tokens(GoldenCall half) {
        return tokenizers.replay(half, Map.of(), Path.READABLE).tensors();
    }

    /** A tokenizer that doesn't know image tokens learns of them as its next id. */
    private static long imageToken(GoldenCall call) {
        try (Tokenizer tokenizer = Tokenizer.load(call.checkpoint())) {
            return tokenizer.id("<image>").orElse(tokenizer.vocabularySize());
        }
    }

    /** Rows that begin with a value, so many times. */
    private static GoldenTensor led(GoldenTensor rows, int times, long value) {
        int count = (int) rows.shape()[0];
        int width = (int) rows.shape()[1];
        long[] all = new long[count * (times + width)];
        Arrays.fill(all, value);
        for (int row = 0; row < count; row++) {
            System.arraycopy(rows.integers(), row * width, all, row * (times + width) + times, width);
        }
        return GoldenTensor.of(new long[] {count, times + width}, all);
    }
}
