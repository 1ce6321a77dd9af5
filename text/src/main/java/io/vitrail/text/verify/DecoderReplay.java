package io.vitrail.text.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import java.util.Map;

/** Forward passes of models that continue texts. */
final class DecoderReplay {
    private DecoderReplay() {}

    static Replayed of(
            GoldenCall call, Map<String, GoldenTensor> inputs, TextDecoder model, NDManager scope, Pass pass) {
        call.onlyOptions(TextReplayer.OPTIONS);
        call.onlyInputs(TextReplayer.INPUTS);
        NDArray states = model.states(input(inputs, scope), pass); // [batch, tokens, width]
        if (model.hasHead()) {
            pass.trace().record("logits", model.logits(states, pass));
        }
        return TextReplayer.recorded(pass);
    }

    private static TextInput input(Map<String, GoldenTensor> inputs, NDManager scope) {
        TextInput input = TextInput.of(TextReplayer.rows(inputs, "input_ids", scope));
        if (inputs.containsKey("attention_mask")) {
            input = input.withMask(TextReplayer.rows(inputs, "attention_mask", scope));
        }
        if (inputs.containsKey("token_type_ids")) {
            input = input.withSegments(TextReplayer.rows(inputs, "token_type_ids", scope));
        }
        return inputs.containsKey("position_ids")
                ? input.withPlaces(TextReplayer.rows(inputs, "position_ids", scope))
                : input;
    }
}
