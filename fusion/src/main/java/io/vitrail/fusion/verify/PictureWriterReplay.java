package io.vitrail.fusion.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.fusion.FusionModel;
import io.vitrail.fusion.Git;
import io.vitrail.fusion.PictureWriter;
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
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Forward passes of, and generation by, models that write about pictures. */
final class PictureWriterReplay {
    private static final Set<String> FORWARD_OPTIONS =
            Set.of("output_hidden_states", "output_attentions", "return_dict", "use_cache", "interpolate_pos_encoding");
    private static final Set<String> INPUTS =
            Set.of("pixel_values", "input_ids", "attention_mask", "decoder_input_ids", "decoder_attention_mask");

    private PictureWriterReplay() {}

    static Replayed of(
            GoldenCall call, Map<String, GoldenTensor> inputs, Session<FusionModel> session, Checkpoint checkpoint) {
        call.onlyInputs(INPUTS);
        if (call.operation().equals("generate")) {
            return generated(call, inputs, session, checkpoint);
        }
        call.onlyOptions(FORWARD_OPTIONS);
        Set<Trace.Stage> stages = call.stages(ConfigJson.of(checkpoint));
        return session.run((model, scope, pass) -> {
            Pass traced = pass.withTrace(Trace.of(scope, stages));
            return forward(call, inputs, (PictureWriter) model, scope, traced);
        });
    }

    private static Replayed forward(
            GoldenCall call, Map<String, GoldenTensor> inputs, PictureWriter model, NDManager scope, Pass pass) {
        Tokens seen = seen(call, inputs, model, scope, pass);
        String prefix = inputs.containsKey("decoder_input_ids") ? "decoder_" : "";
        Check.that(inputs.containsKey(prefix + "input_ids"), "The call has no %sinput_ids.", prefix);
        TextInput text = TextInput.of(inputs.get(prefix + "input_ids").toArray(scope));
        if (inputs.containsKey(prefix + "attention_mask")) {
            text = text.withMask(inputs.get(prefix + "attention_mask").toArray(scope));
        }
        if (model instanceof Git git) {
            GitReplay.forward(git, seen, text, pass);
        } else {
            Pass writing = pass.withContext(seen).withTrace(pass.trace().prefixed("decoder_"));
            NDArray states = model.decoder().states(text, writing); // [batch, tokens, width]
            pass.trace().record("logits", model.decoder().logits(states, pass));
        }
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        pass.trace().recorded().forEach((name, array) -> outputs.put(name, GoldenTensor.of(array)));
        return Replayed.of(outputs);
    }

    private static Tokens seen(
            GoldenCall call, Map<String, GoldenTensor> inputs, PictureWriter model, NDManager scope, Pass pass) {
        return model instanceof Git git
                ? GitReplay.seen(call, inputs, git, scope, pass)
                : model.see(FusionReplayer.pictures(call, inputs, scope), pass);
    }

    private static Replayed generated(
            GoldenCall call, Map<String, GoldenTensor> inputs, Session<FusionModel> session, Checkpoint checkpoint) {
        PictureWriter writer = (PictureWriter) session.model();
        GenerationOptions options = writer.options(checkpoint).with(FusionReplayer.writing(call));
        int pictures = Math.toIntExact(inputs.get("pixel_values").shape()[0]);
        List<Prompt> prompts = IntStream.range(0, pictures)
                .mapToObj(row -> writer.prompt(given(inputs, row), options))
                .toList();
        try (Decoding decoding = CachedDecoding.asking(
                session,
                model -> ((PictureWriter) model).decoder(),
                (model, manager, pass) -> seen(call, inputs, (PictureWriter) model, manager, pass),
                Patience.endless())) {
            return GenerationReplay.of(call, options, decoding, prompts);
        }
    }

    /** The ids that a row's text is to begin with. */
    private static long[] given(Map<String, GoldenTensor> inputs, int row) {
        if (!inputs.containsKey("input_ids")) {
            return new long[0];
        }
        int width = (int) inputs.get("input_ids").shape()[1];
        return Arrays.copyOfRange(inputs.get("input_ids").integers(), row * width, (row + 1) * width);
    }
}
