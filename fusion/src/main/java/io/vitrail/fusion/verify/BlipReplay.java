package io.vitrail.fusion.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.fusion.BlipAnswerer;
import io.vitrail.fusion.BlipMatcher;
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
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * BLIP that answers questions, and BLIP that matches. Like the reference, which hands no mask on, the decoder of
 * answers sees what shorter questions are filled up with.
 */
final class BlipReplay {
    private static final String LABELS = "labels";
    private static final String DECODER = "decoder_";
    private static final String BY_HEAD = "use_itm_head";

    private static final Set<String> INPUTS = Set.of("pixel_values", "input_ids", "attention_mask");
    private static final Set<String> OPTIONS =
            Set.of("output_hidden_states", "output_attentions", "return_dict", "interpolate_pos_encoding");

    private BlipReplay() {}

    /** Answers, or the loss of given ones. */
    static Replayed answered(
            GoldenCall call, Map<String, GoldenTensor> inputs, Session<FusionModel> session, Checkpoint checkpoint) {
        if (call.operation().equals("generate")) {
            call.onlyInputs(INPUTS);
            return generated(call, inputs, session);
        }
        call.onlyInputs(with(INPUTS, LABELS, DECODER + "input_ids", DECODER + "attention_mask"));
        call.onlyOptions(OPTIONS);
        Set<Trace.Stage> stages = call.stages(ConfigJson.of(checkpoint));
        return session.run((model, scope, pass) -> {
            Pass traced = pass.withTrace(Trace.of(scope, stages));
            given(call, inputs, (BlipAnswerer) model, scope, traced);
            return recorded(traced);
        });
    }

    private static void given(
            GoldenCall call, Map<String, GoldenTensor> inputs, BlipAnswerer model, NDManager scope, Pass pass) {
        boolean labelled = inputs.containsKey(LABELS);
        boolean begun = inputs.containsKey(DECODER + "input_ids");
        Check.that(labelled || begun, "The call has neither labels nor decoder_input_ids.");
        Pass writing = pass.withContext(asked(call, inputs, model, scope, pass))
                .withTrace(pass.trace().prefixed(DECODER));
        TextInput answers = begun
                ? text(inputs, DECODER, scope)
                : TextInput.of(inputs.get(LABELS).toArray(scope));
        NDArray states = model.decoder().states(answers, writing); // [batch, tokens, width]
        if (labelled) {
            NDArray logits = model.decoder().logits(states, pass);
            pass.trace().record("loss", model.loss(logits, inputs.get(LABELS).toArray(scope)));
        }
    }

    private static Replayed generated(GoldenCall call, Map<String, GoldenTensor> inputs, Session<FusionModel> session) {
        BlipAnswerer answerer = (BlipAnswerer) session.model();
        GenerationOptions options = answerer.options().with(FusionReplayer.writing(call));
        Check.that(inputs.containsKey("input_ids"), "The call has no input_ids.");
        int questions = Math.toIntExact(inputs.get("input_ids").shape()[0]);
        List<Prompt> prompts = Collections.nCopies(questions, answerer.prompt());
        try (Decoding decoding = CachedDecoding.asking(
                session,
                model -> ((BlipAnswerer) model).decoder(),
                (model, manager, pass) -> asked(call, inputs, (BlipAnswerer) model, manager, pass),
                Patience.endless())) {
            return GenerationReplay.of(call, options, decoding, prompts);
        }
    }

    /** The questions' tokens, padding among them. */
    private static Tokens asked(
            GoldenCall call, Map<String, GoldenTensor> inputs, BlipAnswerer model, NDManager scope, Pass pass) {
        Tokens seen = model.see(FusionReplayer.pictures(call, inputs, scope), pass);
        return Tokens.of(model.ask(text(inputs, "", scope), seen, pass).vectors());
    }

    /** Scores of pairs, or cosines of each picture with each text. */
    static Replayed matched(
            GoldenCall call, Map<String, GoldenTensor> inputs, Session<FusionModel> session, Checkpoint checkpoint) {
        call.onlyInputs(INPUTS);
        call.onlyOptions(with(OPTIONS, BY_HEAD));
        Set<Trace.Stage> stages = call.stages(ConfigJson.of(checkpoint));
        return session.run((model, scope, pass) -> {
            Pass traced = pass.withTrace(Trace.of(scope, stages));
            traced.trace().record("itm_score", scores(call, inputs, (BlipMatcher) model, scope, traced));
            return recorded(traced);
        });
    }

    private static NDArray scores(
            GoldenCall call, Map<String, GoldenTensor> inputs, BlipMatcher model, NDManager scope, Pass pass) {
        Tokens seen = model.see(FusionReplayer.pictures(call, inputs, scope), pass);
        TextInput texts = text(inputs, "", scope);
        return call.options().path(BY_HEAD).asBoolean(true)
                ? model.match(texts, seen, pass)
                : model.vectors(seen, pass).matMul(model.vectors(texts, pass).transpose()); // [pictures, texts]
    }

    private static TextInput text(Map<String, GoldenTensor> inputs, String prefix, NDManager scope) {
        String ids = prefix + "input_ids";
        Check.that(inputs.containsKey(ids), "The call has no %s.", ids);
        TextInput text = TextInput.of(inputs.get(ids).toArray(scope));
        String mask = prefix + "attention_mask";
        return inputs.containsKey(mask) ? text.withMask(inputs.get(mask).toArray(scope)) : text;
    }

    private static Set<String> with(Set<String> names, String... more) {
        Set<String> all = new TreeSet<>(names);
        all.addAll(List.of(more));
        return all;
    }

    private static Replayed recorded(Pass pass) {
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        pass.trace().recorded().forEach((name, array) -> outputs.put(name, GoldenTensor.of(array)));
        return Replayed.of(outputs);
    }
}
