package io.vitrail.fusion.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.fusion.Blip2;
import io.vitrail.fusion.FusionModel;
import io.vitrail.fusion.Llava;
import io.vitrail.fusion.SoftPromptWriter;
import io.vitrail.text.TextInput;
import io.vitrail.text.TextToTextModel;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.verify.GenerationReplay;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.verify.NestedPictures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Models in whose prompts pictures stand: what they see, what they score, and what they write. */
final class SoftPromptReplay {
    private static final String LANGUAGE = "language_model_outputs.";
    private static final Set<String> OPTIONS =
            Set.of("output_hidden_states", "output_attentions", "return_dict", "use_cache", "interpolate_pos_encoding");
    private static final Set<String> INPUTS = Set.of(
            "pixel_values",
            NestedPictures.MASK,
            "input_ids",
            "attention_mask",
            "decoder_input_ids",
            "decoder_attention_mask");

    private final GoldenCall call;
    private final Map<String, GoldenTensor> inputs;

    private SoftPromptReplay(GoldenCall call, Map<String, GoldenTensor> inputs) {
        this.call = call;
        this.inputs = inputs;
    }

    static Replayed of(
            GoldenCall call, Map<String, GoldenTensor> inputs, Session<FusionModel> session, Checkpoint checkpoint) {
        call.onlyInputs(INPUTS);
        SoftPromptReplay replay = new SoftPromptReplay(call, inputs);
        if (call.operation().equals("generate")) {
            return replay.generated(session, checkpoint);
        }
        call.onlyOptions(OPTIONS);
        Set<Trace.Stage> stages = call.stages(ConfigJson.of(checkpoint));
        return session.run((model, scope, pass) -> call.operation().equals("method")
                ? replay.seen((SoftPromptWriter) model, scope, pass)
                : replay.scored((SoftPromptWriter) model, scope, pass.withTrace(Trace.of(scope, stages))));
    }

    /** A list with each picture's tokens, or all as one. */
    private Replayed seen(SoftPromptWriter model, NDManager scope, Pass pass) {
        String method = call.json().path("method").asText();
        Check.that(method.equals("get_image_features"), "Method '%s' isn't known for this model.", method);
        NDArray tokens = model.see(pictures(scope), pass);
        if (!(model instanceof Llava)) {
            return Replayed.of(Map.of("output", GoldenTensor.of(tokens)));
        }
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        for (int picture = 0; picture < tokens.getShape().get(0); picture++) {
            outputs.put(Integer.toString(picture), GoldenTensor.of(tokens.get(picture)));
        }
        return Replayed.of(outputs);
    }

    private Replayed scored(SoftPromptWriter model, NDManager scope, Pass pass) {
        Trace trace = pass.trace();
        String prefix = model instanceof Blip2 ? LANGUAGE : "";
        TextInput read = model.read(text("", scope), pictures(scope), pass);
        NDArray states; // [batch, tokens, width]
        if (model.decoder() instanceof TextToTextModel answering) {
            Tokens source = answering.encode(read, pass.withTrace(trace.prefixed(prefix + "encoder_")));
            Pass writing = pass.withTrace(trace.prefixed(prefix + "decoder_")).withContext(source);
            states = answering.states(text("decoder_", scope), writing);
        } else {
            states = model.decoder().states(read, pass.withTrace(trace.prefixed(prefix)));
        }
        NDArray logits = model.decoder().logits(states, pass);
        trace.record("logits", logits);
        trace.record(LANGUAGE + "logits", logits);
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        trace.recorded().forEach((name, array) -> outputs.put(name, GoldenTensor.of(array)));
        return Replayed.of(outputs);
    }

    private VisionInput pictures(NDManager scope) {
        return NestedPictures.isOf(inputs)
                ? NestedPictures.read(inputs, scope)
                : FusionReplayer.pictures(call, inputs, scope);
    }

    private TextInput text(String prefix, NDManager scope) {
        Check.that(inputs.containsKey(prefix + "input_ids"), "The call has no %sinput_ids.", prefix);
        TextInput text = TextInput.of(inputs.get(prefix + "input_ids").toArray(scope));
        String mask = prefix + "attention_mask";
        return inputs.containsKey(mask) ? text.withMask(inputs.get(mask).toArray(scope)) : text;
    }

    private Replayed generated(Session<FusionModel> session, Checkpoint checkpoint) {
        SoftPromptWriter writer = (SoftPromptWriter) session.model();
        GenerationOptions options = writer.options(checkpoint).with(FusionReplayer.writing(call));
        PaddedPrompts padded = PaddedPrompts.of(inputs);
        List<Prompt> prompts = IntStream.range(0, padded.ids().length)
                .mapToObj(row -> writer.answers()
                        ? writer.prompt(padded.ids()[row], options)
                        : new Prompt(padded.ids()[row], padded.padding(row), padded.ids()[row]))
                .toList();
        SoftPromptWriter.Reading reading = new SoftPromptWriter.Reading(scope -> text("", scope), this::pictures);
        try (Decoding decoding = SoftPromptWriter.decoding(session, reading, Patience.endless())) {
            return GenerationReplay.of(call, options, writer.answers() ? decoding : padded.without(decoding), prompts);
        }
    }
}
