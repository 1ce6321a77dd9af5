package io.vitrail.fusion.verify;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.fusion.Idefics3;
import io.vitrail.text.tokenizer.TokenizerReplayer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer.Path;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageProcessor;
import io.vitrail.vit.image.ProcessedImages;
import io.vitrail.vit.image.Tiling;
import io.vitrail.vit.verify.NestedPictures;
import java.nio.file.Files;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

/** Processors that cut pictures into tiles, which prompts then have places for: those of Idefics3 and SmolVLM. */
final class TiledProcessorReplay {
    private static final String IDEFICS3 = "Idefics3Processor";
    private static final String IMAGE = "<image>";
    private static final String LENGTH = "image_seq_len";
    /** Of pictures, but not among the arguments that the reference's processor hands on. */
    private static final String IGNORED = "do_image_splitting";

    private static final Set<String> OF_PICTURES = Set.of(
            "do_resize",
            "size",
            "resample",
            "max_image_size",
            "do_rescale",
            "rescale_factor",
            "do_normalize",
            "image_mean",
            "image_std",
            "do_pad");

    private final TokenizerReplayer tokenizers;

    TiledProcessorReplay(TokenizerReplayer tokenizers) {
        this.tokenizers = tokenizers;
    }

    /** The classes of the reference that are such processors. */
    static Set<String> classes() {
        return Set.of(IDEFICS3, "SmolVLMProcessor");
    }

    Replayed of(GoldenCall call) {
        boolean chats = call.json().hasNonNull("messages");
        List<String> prompts = texts(chats ? chats(call) : call.json().path("text"));
        Map<String, JsonNode> values = new LinkedHashMap<>();
        if (chats) {
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            prompts.forEach(all::add);
            values.put("prompt", all);
        }
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        if (call.images().isEmpty()) {
            outputs.putAll(tokens(call, prompts));
            return new Replayed(outputs, values);
        }
        List<Integer> counts = counts(call, prompts);
        ImageProcessor processor =
                ImageProcessor.load(call.checkpoint()).withOptions(options(call).retain(OF_PICTURES));
        try (NDManager manager = DjlEngine.newManager(Device.cpu());
                ProcessedImages processed =
                        processor.process(call.images().stream().map(Image::fromFile), manager)) {
            outputs.putAll(NestedPictures.of(processed, counts));
            if (!prompts.isEmpty()) {
                outputs.putAll(tokens(call, expanded(call, prompts, counts, processed.tilings())));
            }
        }
        return new Replayed(outputs, values);
    }

    private static ObjectNode options(GoldenCall call) {
        return call.options().deepCopy();
    }

    private static List<String> texts(JsonNode json) {
        return json.isTextual()
                ? List.of(json.asText())
                : StreamSupport.stream(json.spliterator(), false)
                        .map(JsonNode::asText)
                        .toList();
    }

    private JsonNode chats(GoldenCall call) {
        GoldenCall half = ProcessorReplay.half(call, "chat_template");
        half = new GoldenCall(half.folder(), ((ObjectNode) half.json()).without("options"));
        return tokenizers.replay(half, Map.of(), Path.READABLE).values().get("prompt_generation");
    }

    /** By text, how many pictures belong to it: one each where they are nested, or as many as it has places. */
    private static List<Integer> counts(GoldenCall call, List<String> prompts) {
        int pictures = call.images().size();
        if (call.json().path("nested_images").asBoolean()) {
            return Collections.nCopies(pictures, 1);
        }
        boolean byPlaces = IDEFICS3.equals(call.className().orElseThrow()) && !prompts.isEmpty();
        return byPlaces ? prompts.stream().map(TiledProcessorReplay::places).toList() : List.of(pictures);
    }

    private static int places(String prompt) {
        return (prompt.length() - prompt.replace(IMAGE, "").length()) / IMAGE.length();
    }

    private static List<String> expanded(
            GoldenCall call, List<String> prompts, List<Integer> counts, List<Tiling> tilings) {
        Check.that(
                prompts.size() == counts.size(),
                "There are %d texts, but pictures for %d.",
                prompts.size(),
                counts.size());
        int tokens = tokensOfTile(call);
        String[] all = new String[prompts.size()];
        int from = 0;
        for (int i = 0; i < all.length; i++) {
            List<Tiling> own = tilings.subList(from, from + counts.get(i));
            all[i] = Idefics3.expanded(prompts.get(i), own, IMAGE, tokens);
            from += counts.get(i);
        }
        return List.of(all);
    }

    private static int tokensOfTile(GoldenCall call) {
        java.nio.file.Path file = call.checkpoint().resolve("processor_config.json");
        int own = Files.exists(file) ? ConfigJson.of(JsonFile.read(file), file).size(LENGTH, 169) : 169;
        return new ConfigJson(call.options()).size(LENGTH, own);
    }

    private Map<String, GoldenTensor> tokens(GoldenCall call, List<String> texts) {
        ObjectNode half =
                (ObjectNode) ProcessorReplay.half(call, "tokenize").json().deepCopy();
        ObjectNode own = options(call).remove(OF_PICTURES);
        own.remove(List.of(LENGTH, IGNORED));
        half.set("options", own);
        ArrayNode rows = half.putArray("text");
        texts.forEach(rows::add);
        return tokenizers
                .replay(new GoldenCall(call.folder(), half), Map.of(), Path.READABLE)
                .tensors();
    }
}
