package io.vitrail.text.verify;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextEncoder;
import io.vitrail.text.TextModel;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextToTextModel;
import io.vitrail.text.TransfoXl;
import io.vitrail.text.generation.ProcessorReplayer;
import io.vitrail.text.tokenizer.TokenizerReplayer;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.KeptModel;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Replays calls of text models, tokenizers and score processors. Outputs are read from the pass's {@link Trace}: models have no
 * code for it.
 */
public final class TextReplayer implements GoldenReplayer {
    static final String CONTEXT = "encoder_hidden_states";
    static final String CONTEXT_MASK = "encoder_attention_mask";

    /** Of forward passes. */
    static final Set<String> OPTIONS = Set.of("output_hidden_states", "output_attentions", "return_dict", "use_cache");

    /** Of encoders' and decoders' forward passes. */
    static final Set<String> INPUTS =
            Set.of("input_ids", "attention_mask", "token_type_ids", "position_ids", CONTEXT, CONTEXT_MASK);

    private static final Set<String> MODEL_OPERATIONS =
            Set.of("forward", "forward_mems", "generate", "sentence_embedding");

    private final KeptModel<TextModel> kept = new KeptModel<>((checkpoint, className, operations) ->
            TextModels.load(checkpoint, className, TextModel.class, operations, Device.cpu()));

    private final TokenizerReplayer tokenizers = new TokenizerReplayer();
    private final ProcessorReplayer processors = new ProcessorReplayer();

    @Override
    public Set<String> families() {
        Set<String> families = new TreeSet<>(TextModels.goldenFamilies());
        families.addAll(processors.families());
        return families;
    }

    @Override
    public boolean computesWithOperations(GoldenCall call) {
        return MODEL_OPERATIONS.contains(call.operation());
    }

    @Override
    public Replayed replay(GoldenCall call, Map<String, GoldenTensor> inputs, Path path) {
        if (call.operation().equals("logits_process")) {
            return processors.replay(call, inputs, path);
        }
        if (!computesWithOperations(call)) {
            return tokenizers.replay(call, inputs, path);
        }
        Check.that(inputs.containsKey("input_ids"), "The call has no input_ids.");
        try (Checkpoint checkpoint = Checkpoint.open(call.checkpoint())) {
            Set<Trace.Stage> stages = call.stages(ConfigJson.of(checkpoint));
            String className = call.className().orElseGet(() -> TextModels.className(checkpoint));
            Session<TextModel> session = kept.get(call, className, path);
            if (call.operation().equals("generate")) {
                return TextGenerationReplay.of(call, inputs, session, checkpoint);
            }
            return session.run((model, scope, pass) -> {
                Pass traced = asking(inputs, className, scope, pass).withTrace(Trace.of(scope, stages));
                if (model instanceof TextEncoder encoder) {
                    return EncoderReplay.of(call, inputs, encoder, scope, traced);
                }
                if (model instanceof TransfoXl recurrent) {
                    return SegmentReplay.of(call, inputs, recurrent, scope, traced);
                }
                if (model instanceof TextToTextModel both) {
                    return TextToTextReplay.of(call, inputs, both, scope, traced);
                }
                return DecoderReplay.of(call, inputs, (TextDecoder) model, scope, traced);
            });
        }
    }

    /** What the pass's trace recorded. */
    static Replayed recorded(Pass pass) {
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        pass.trace().recorded().forEach((name, array) -> outputs.put(name, GoldenTensor.of(array)));
        return Replayed.of(outputs);
    }

    /** The pass, with what another model left for this one to ask, if the call gives that. */
    private static Pass asking(Map<String, GoldenTensor> inputs, String className, NDManager scope, Pass pass) {
        if (!inputs.containsKey(CONTEXT)) {
            return pass;
        }
        NDArray vectors = inputs.get(CONTEXT).toArray(scope);
        boolean used = !className.startsWith("BlipText"); // whose reference takes a mask, and doesn't use it
        return pass.withContext(
                used && inputs.containsKey(CONTEXT_MASK)
                        ? new Tokens(vectors, new AttentionMask.Padding(rows(inputs, CONTEXT_MASK, scope)))
                        : Tokens.of(vectors));
    }

    /** An input [batch, tokens]. */
    static NDArray rows(Map<String, GoldenTensor> inputs, String name, NDManager scope) {
        GoldenTensor tensor = inputs.get(name);
        Check.that(tensor != null, "The call has no %s.", name);
        Check.that(tensor.shape().length == 2, "%s must be [batch, tokens].", name);
        return tensor.toArray(scope);
    }

    @Override
    public void close() {
        kept.close();
        tokenizers.close();
    }
}
