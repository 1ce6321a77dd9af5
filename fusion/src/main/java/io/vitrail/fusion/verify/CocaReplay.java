package io.vitrail.fusion.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.fusion.Coca;
import io.vitrail.fusion.CocaWriter;
import io.vitrail.fusion.Contrastive;
import io.vitrail.fusion.FusionModel;
import io.vitrail.text.TextInput;
import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.verify.GenerationReplay;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Calls of open_clip's CoCa: vectors of pictures and texts, scores of a text's words, and captions. */
final class CocaReplay {
    private static final Set<String> WRITING =
            Set.of("generation_type", "top_k", "seq_len", "min_seq_len", "sot_token_id", "eos_token_id");
    private static final String IMAGE = "image";
    private static final String TEXT = "text";

    private CocaReplay() {}

    /** Vectors of length 1, and how well they fit each other. */
    static Replayed compared(GoldenCall call, Map<String, GoldenTensor> inputs, Session<FusionModel> session) {
        call.onlyInputs(Set.of(IMAGE, TEXT));
        call.onlyOptions(Set.of());
        return session.run((model, scope, pass) -> {
            Coca coca = (Coca) model;
            NDArray pictures =
                    Contrastive.unit(coca.pictures(FusionReplayer.pictures(call, named(inputs), scope), pass));
            NDArray texts = Contrastive.unit(coca.texts(text(inputs, scope), pass));
            return Replayed.of(Map.of(
                    "image_features",
                    GoldenTensor.of(pictures),
                    "text_features",
                    GoldenTensor.of(texts),
                    "logits_per_image",
                    GoldenTensor.of(coca.logits(pictures, texts, pass))));
        });
    }

    /** What a writer makes of a call. */
    static Replayed written(
            GoldenCall call, Map<String, GoldenTensor> inputs, Session<FusionModel> session, Checkpoint checkpoint) {
        call.onlyInputs(Set.of(IMAGE, TEXT));
        return call.operation().equals("generate")
                ? generated(call, inputs, session, checkpoint)
                : scored(call, inputs, session);
    }

    /** The scores of what follows each word. */
    private static Replayed scored(GoldenCall call, Map<String, GoldenTensor> inputs, Session<FusionModel> session) {
        call.onlyOptions(Set.of("output_labels"));
        boolean shifted = call.options().path("output_labels").asBoolean(true);
        return session.run((model, scope, pass) -> {
            CocaWriter writer = (CocaWriter) model;
            TextInput text = text(inputs, scope);
            Pass seeing = pass.withContext(
                    writer.see(FusionReplayer.pictures(call, named(inputs), scope), pass.withTrace(Trace.NONE)));
            NDArray logits = writer.decoder().logits(writer.decoder().states(text, seeing), pass);
            return Replayed.of(Map.of("logits", GoldenTensor.of(shifted ? logits.get(":, :-1") : logits)));
        });
    }

    private static Replayed generated(
            GoldenCall call, Map<String, GoldenTensor> inputs, Session<FusionModel> session, Checkpoint checkpoint) {
        call.onlyOptions(WRITING);
        ConfigJson options = new ConfigJson(call.options());
        Check.that(
                options.text("generation_type", "").equals("top_k") && options.integer("top_k", 1) == 1,
                "Only captions of the likeliest words can be replayed: generation_type 'top_k' with top_k 1.");
        CocaWriter writer = (CocaWriter) session.model();
        GenerationOptions own = writer.options(checkpoint).with(new ConfigJson(keywords(options)));
        int pictures = Math.toIntExact(inputs.get(IMAGE).shape()[0]);
        List<Prompt> prompts = Collections.nCopies(pictures, writer.prompt(new long[0], own));
        try (Decoding decoding = CachedDecoding.asking(
                session,
                model -> ((CocaWriter) model).decoder(),
                (model, scope, pass) ->
                        ((CocaWriter) model).see(FusionReplayer.pictures(call, named(inputs), scope), pass),
                Patience.endless())) {
            return GenerationReplay.of(call, own, decoding, prompts);
        }
    }

    /** The options by Hugging Face's names. */
    private static ObjectNode keywords(ConfigJson options) {
        ObjectNode keywords = JsonNodeFactory.instance.objectNode();
        keywords.put("num_beams", 1);
        keywords.put("max_length", options.integer("seq_len", 30));
        keywords.put("min_length", options.integer("min_seq_len", 5));
        keywords.put("bos_token_id", options.integer("sot_token_id", 49406));
        int end = options.integer("eos_token_id", 49407);
        keywords.put("forced_eos_token_id", end);
        keywords.putArray("eos_token_id").add(end).add(0);
        return keywords;
    }

    private static Map<String, GoldenTensor> named(Map<String, GoldenTensor> inputs) {
        Check.that(inputs.containsKey(IMAGE), "The call has no image.");
        return Map.of("pixel_values", inputs.get(IMAGE));
    }

    private static TextInput text(Map<String, GoldenTensor> inputs, NDManager scope) {
        Check.that(inputs.containsKey(TEXT), "The call has no text.");
        return TextInput.of(inputs.get(TEXT).toArray(scope));
    }
}
