package io.vitrail.text.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GeneratedSequence;
import io.vitrail.text.generation.GenerationEngine;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.generation.TokenListener;
import io.vitrail.text.tokenizer.DecodeOptions;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Generation by the reference's keyword arguments, for any decoder; the sequences come padded as there. */
public final class GenerationReplay {
    private final GoldenCall call;
    private final GenerationOptions options;

    private GenerationReplay(GoldenCall call, GenerationOptions options) {
        this.call = call;
        this.options = options;
    }

    /** The checkpoint's own options, overridden by those of the call. */
    public static GenerationOptions options(GoldenCall call, Checkpoint checkpoint) {
        return GenerationOptions.of(checkpoint).with(new ConfigJson(call.options()));
    }

    /**
     * Generates.
     *
     * @param decoding by the call's model; the caller closes it
     * @param prompts as the reference pads them
     * @return the sequences; in beam search their scores, otherwise the logits of each step; and the text, if the call decodes
     */
    public static Replayed of(GoldenCall call, GenerationOptions options, Decoding decoding, List<Prompt> prompts) {
        return new GenerationReplay(call, options).replayed(decoding, prompts);
    }

    private Replayed replayed(Decoding decoding, List<Prompt> prompts) {
        JsonNode decode = call.json().path("decode");
        if (!decode.isObject()) {
            return new Replayed(outputs(GenerationEngine.of(options), decoding, prompts), Map.of());
        }
        try (Tokenizer tokenizer = tokenizer(decode)) {
            GenerationEngine engine = GenerationEngine.of(options).withTokenizer(tokenizer);
            Map<String, GoldenTensor> outputs = outputs(engine, decoding, prompts);
            return new Replayed(
                    outputs, Map.of("text", texts(outputs.get("sequences"), tokenizer, decode.path("options"))));
        }
    }

    private Map<String, GoldenTensor> outputs(GenerationEngine engine, Decoding decoding, List<Prompt> prompts) {
        boolean beams = options.beams() > 1;
        boolean scores = call.options().path("output_scores").asBoolean();
        boolean logits = call.options().path("output_logits").asBoolean() && !beams && options.returnedSequences() == 1;
        RecordingDecoding recording = new RecordingDecoding(decoding, padding());
        List<List<GeneratedSequence>> written = logits
                ? engine.generate(recording, prompts, recording)
                : engine.generate(decoding, prompts, TokenListener.NONE);
        List<GeneratedSequence> rows = written.stream().flatMap(List::stream).toList();
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        outputs.put("sequences", sequences(rows, prompts));
        if (logits) {
            outputs.putAll(recording.logits());
        }
        if (beams && scores) {
            float[] values = new float[rows.size()];
            for (int row = 0; row < values.length; row++) {
                values[row] = (float) rows.get(row).score();
            }
            outputs.put("sequences_scores", GoldenTensor.of(new long[] {values.length}, values));
        }
        return outputs;
    }

    /** Prompts and what was written, filled up to the longest: [sequences, tokens]. */
    private GoldenTensor sequences(List<GeneratedSequence> rows, List<Prompt> prompts) {
        int prompt = prompts.get(0).ids().length;
        int longest = rows.stream().mapToInt(row -> row.ids().length).max().orElseThrow();
        int width = prompt + longest;
        long[] all = new long[rows.size() * width];
        Arrays.fill(all, options.beams() > 1 ? beamPadding() : padding());
        for (int row = 0; row < rows.size(); row++) {
            long[] before = prompts.get(row / options.returnedSequences()).ids();
            Check.that(before.length == prompt, "The prompts aren't padded to one length.");
            System.arraycopy(before, 0, all, row * width, prompt);
            long[] ids = rows.get(row).ids();
            System.arraycopy(ids, 0, all, row * width + prompt, ids.length);
        }
        return GoldenTensor.of(new long[] {rows.size(), width}, all);
    }

    /** What stands behind a sequence that has ended: without a pad token the first end token. */
    private long padding() {
        return options.pad().orElse(options.eos().isEmpty() ? -1 : options.eos().get(0));
    }

    /** In beam search, the end token stands for a pad token 0, too, and -1 where no token ends a sequence. */
    private long beamPadding() {
        long pad = options.pad().orElse(0);
        return options.eos().isEmpty() ? -1 : pad == 0 ? options.eos().get(0) : pad;
    }

    private Tokenizer tokenizer(JsonNode decode) {
        Path folder = call.folder();
        if (decode.hasNonNull("subfolder")) {
            folder = folder.resolve(decode.get("subfolder").asText()).normalize();
            Check.that(folder.startsWith(call.folder().normalize()), "The tokenizer isn't in the case's folder.");
        }
        return decode.hasNonNull("class")
                ? Tokenizer.loadAs(decode.get("class").asText(), folder)
                : Tokenizer.load(folder);
    }

    private static ArrayNode texts(GoldenTensor sequences, Tokenizer tokenizer, JsonNode keywords) {
        ConfigJson settings = new ConfigJson(keywords.isObject() ? keywords : JsonNodeFactory.instance.objectNode());
        boolean skip = settings.flag("skip_special_tokens", false);
        DecodeOptions decoding = skip ? DecodeOptions.textOnly() : DecodeOptions.defaults();
        if (settings.has("clean_up_tokenization_spaces")) {
            decoding = decoding.withCleanUpSpaces(settings.flag("clean_up_tokenization_spaces", false));
        }
        ArrayNode texts = JsonNodeFactory.instance.arrayNode();
        int width = (int) sequences.shape()[1];
        for (int row = 0; row < sequences.shape()[0]; row++) {
            long[] ids = Arrays.copyOfRange(sequences.integers(), row * width, (row + 1) * width);
            texts.add(tokenizer.decode(ids, decoding));
        }
        return texts;
    }
}
