package io.vitrail.text.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.text.TextInput;
import io.vitrail.text.TextToTextModel;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import java.util.Map;
import java.util.Set;

/** Forward passes of models that read a text and write another. */
final class TextToTextReplay {
    private static final Set<String> INPUTS =
            Set.of("input_ids", "attention_mask", "decoder_input_ids", "decoder_attention_mask");

    private TextToTextReplay() {}

    static Replayed of(
            GoldenCall call, Map<String, GoldenTensor> inputs, TextToTextModel model, NDManager scope, Pass pass) {
        call.onlyOptions(TextReplayer.OPTIONS);
        call.onlyInputs(INPUTS);
        Trace trace = pass.trace();
        Tokens source = model.encode(input(inputs, "", scope), pass.withTrace(trace.prefixed("encoder_")));
        TextInput target = input(inputs, "decoder_", scope);
        Pass writing = pass.withTrace(trace.prefixed("decoder_")).withContext(source);
        NDArray states = model.states(target, writing); // [batch, tokens, width]
        trace.record("last_hidden_state", states);
        if (model.hasHead()) {
            trace.record("logits", model.logits(states, pass));
        }
        return TextReplayer.recorded(pass);
    }

    private static TextInput input(Map<String, GoldenTensor> inputs, String prefix, NDManager scope) {
        TextInput input = TextInput.of(TextReplayer.rows(inputs, prefix + "input_ids", scope));
        String mask = prefix + "attention_mask";
        return inputs.containsKey(mask) ? input.withMask(TextReplayer.rows(inputs, mask, scope)) : input;
    }
}
