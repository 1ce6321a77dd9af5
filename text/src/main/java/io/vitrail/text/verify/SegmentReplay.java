package io.vitrail.text.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.text.TransfoXl;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.SegmentMemory;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Forward passes of models that read a text segment by segment. Their memory is {@code mems.i}, [tokens, batch,
 * width].
 */
final class SegmentReplay {
    private static final String MEMORY = "mems.";
    private static final Set<String> OPTIONS = Set.of("output_hidden_states", "output_attentions", "return_dict");

    private SegmentReplay() {}

    static Replayed of(GoldenCall call, Map<String, GoldenTensor> inputs, TransfoXl model, NDManager scope, Pass pass) {
        call.onlyOptions(OPTIONS);
        Set<String> known = memories(inputs).collect(Collectors.toSet());
        known.add("input_ids");
        call.onlyInputs(known);
        NDArray ids = TextReplayer.rows(inputs, "input_ids", scope);
        Optional<SegmentMemory> memory = known.size() > 1
                ? Optional.of(model.memory(given(inputs, scope), scope))
                : model.newMemory(ids.getShape().get(0), scope);
        NDArray states = model.states(ids, memory.map(pass::withMemory).orElse(pass));
        if (model.hasHead()) {
            pass.trace().record("prediction_scores", model.logProbabilities(states, pass));
        }
        memory.ifPresent(kept -> record(kept, pass));
        return TextReplayer.recorded(pass);
    }

    /** The names mems.0, mems.1 and so on. */
    private static Stream<String> memories(Map<String, GoldenTensor> inputs) {
        return IntStream.range(0, inputs.size()).mapToObj(i -> MEMORY + i).takeWhile(inputs::containsKey);
    }

    private static List<NDArray> given(Map<String, GoldenTensor> inputs, NDManager scope) {
        return memories(inputs)
                .map(name -> {
                    GoldenTensor tensor = inputs.get(name);
                    Check.that(tensor.shape().length == 3, "%s must be [tokens, batch, width].", name);
                    return tensor.toArray(scope).swapAxes(0, 1);
                })
                .toList();
    }

    private static void record(SegmentMemory memory, Pass pass) {
        memory.advance();
        for (int i = 0; i < memory.layers().size(); i++) {
            pass.trace().record(MEMORY + i, memory.layers().get(i).swapAxes(0, 1));
        }
    }
}
