package io.vitrail.text.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextInput;
import io.vitrail.text.TextModel;
import io.vitrail.text.TextToTextModel;
import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Generation by models that read nothing but text. */
final class TextGenerationReplay {
    private static final String IDS = "input_ids";
    private static final String MASK = "attention_mask";
    private static final String DECODER_IDS = "decoder_input_ids";

    private TextGenerationReplay() {}

    static Replayed of(
            GoldenCall call, Map<String, GoldenTensor> inputs, Session<TextModel> session, Checkpoint checkpoint) {
        Check.that(session.model() instanceof TextDecoder, "The model writes no text.");
        boolean answers = session.model() instanceof TextToTextModel;
        call.onlyInputs(answers ? Set.of(IDS, MASK, DECODER_IDS) : Set.of(IDS, MASK));
        GenerationOptions options = GenerationReplay.options(call, checkpoint);
        long[][] ids = rows(inputs.get(IDS), IDS);
        long[][] mask = inputs.containsKey(MASK) ? rows(inputs.get(MASK), MASK) : inferred(ids, options);
        List<Prompt> prompts = answers ? answers(ids, inputs, options.start()) : prompts(ids, mask);
        try (Decoding decoding = answers ? answering(session, ids, mask) : continuing(session)) {
            return GenerationReplay.of(call, options, decoding, prompts);
        }
    }

    private static Decoding continuing(Session<TextModel> session) {
        return CachedDecoding.together(session, TextDecoder.class::cast, Patience.endless());
    }

    private static Decoding answering(Session<TextModel> session, long[][] ids, long[][] mask) {
        return CachedDecoding.asking(
                session,
                TextDecoder.class::cast,
                (model, manager, pass) -> {
                    TextInput source = TextInput.of(array(ids, manager)).withMask(array(mask, manager));
                    return ((TextToTextModel) model).encode(source, pass);
                },
                Patience.endless());
    }

    private static NDArray array(long[][] rows, NDManager manager) {
        long[] all = Arrays.stream(rows).flatMapToLong(Arrays::stream).toArray();
        return manager.create(all, new Shape(rows.length, rows[0].length));
    }

    /** What the model continues, padded on the left. */
    private static List<Prompt> prompts(long[][] ids, long[][] mask) {
        List<Prompt> prompts = new ArrayList<>();
        for (int row = 0; row < ids.length; row++) {
            int real = (int) Arrays.stream(mask[row]).sum();
            int padding = ids[row].length - real;
            Check.that(
                    Arrays.stream(mask[row]).limit(padding).allMatch(seen -> seen == 0),
                    "Row %d isn't padded on the left alone.",
                    row);
            prompts.add(new Prompt(ids[row], padding, ids[row]));
        }
        return prompts;
    }

    /** Answers begin with the start token: it is put before what they are given, unless one of them has it. */
    private static List<Prompt> answers(long[][] sources, Map<String, GoldenTensor> inputs, long start) {
        boolean begun = inputs.containsKey(DECODER_IDS);
        long[][] given = begun ? rows(inputs.get(DECODER_IDS), DECODER_IDS) : new long[sources.length][0];
        boolean started = begun && Arrays.stream(given).anyMatch(ids -> ids[0] == start);
        List<Prompt> prompts = new ArrayList<>();
        for (int row = 0; row < sources.length; row++) {
            long[] added = new long[given[row].length + 1];
            added[0] = start;
            System.arraycopy(given[row], 0, added, 1, given[row].length);
            prompts.add(Prompt.of(started ? given[row] : added).withSource(sources[row]));
        }
        return prompts;
    }

    /** Without a mask, pad tokens are padding, unless they also end texts. */
    private static long[][] inferred(long[][] ids, GenerationOptions options) {
        boolean told = options.pad().isPresent()
                && !options.eos().contains(options.pad().getAsLong());
        return Arrays.stream(ids)
                .map(row -> Arrays.stream(row)
                        .map(id -> told && id == options.pad().getAsLong() ? 0 : 1)
                        .toArray())
                .toArray(long[][]::new);
    }

    private static long[][] rows(GoldenTensor tensor, String name) {
        Check.that(tensor != null && tensor.shape().length == 2, "%s must be there: [batch, tokens].", name);
        int rows = (int) tensor.shape()[0];
        int width = (int) tensor.shape()[1];
        Check.that(rows > 0 && width > 0, "%s must not be empty.", name);
        long[][] all = new long[rows][];
        Arrays.setAll(all, row -> Arrays.copyOfRange(tensor.integers(), row * width, (row + 1) * width));
        return all;
    }
}
