package io.vitrail.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;

/** Replays calls of tokenizers: strings to ids and back, padded batches, prompts of chats. Not thread-safe. */
public final class TokenizerReplayer implements GoldenReplayer {
    private static final Set<String> OPTIONS = Set.of(
            "add_special_tokens",
            "padding",
            "truncation",
            "max_length",
            "pad_to_multiple_of",
            "stride",
            "padding_side",
            "truncation_side",
            "return_overflowing_tokens",
            "return_special_tokens_mask",
            "return_offsets_mapping",
            "return_token_type_ids",
            "return_attention_mask",
            "return_length");

    private final Map<String, Tokenizer> loaded = new HashMap<>();

    @Override
    public Set<String> families() {
        return Set.of("tokenizers");
    }

    /** The operations that it knows, in whatever family they occur. */
    public static Set<String> operations() {
        return Set.of("encode_strings", "tokenize", "chat_template");
    }

    @Override
    public boolean computesWithOperations(GoldenCall call) {
        return false;
    }

    @Override
    public Replayed replay(GoldenCall call, Map<String, GoldenTensor> inputs, Path path) {
        call.onlyInputs(Set.of());
        call.onlyOptions(OPTIONS);
        Tokenizer tokenizer = tokenizer(call);
        return switch (call.operation()) {
            case "encode_strings" -> encodeStrings(call, tokenizer);
            case "tokenize" -> tokenize(call, tokenizer);
            case "chat_template" -> chat(call, tokenizer);
            default ->
                throw new IllegalArgumentException("Operation '" + call.operation() + "' isn't known for tokenizers.");
        };
    }

    private Tokenizer tokenizer(GoldenCall call) {
        String key = call.className().orElse("") + ":" + call.checkpoint();
        return loaded.computeIfAbsent(key, unused -> call.className()
                .map(name -> Tokenizer.loadAs(name, call.checkpoint()))
                .orElseGet(() -> Tokenizer.load(call.checkpoint())));
    }

    // ---- every string alone

    private static Replayed encodeStrings(GoldenCall call, Tokenizer tokenizer) {
        ArrayNode rows = list();
        for (JsonNode text : call.json().path("text")) {
            rows.add(row(call, tokenizer, single(text)));
        }
        return new Replayed(Map.of(), Map.of("rows", rows));
    }

    private static ObjectNode row(GoldenCall call, Tokenizer tokenizer, TokenizerInput input) {
        EncodeOptions options = options(call).build();
        boolean target = call.json().path("target").asBoolean();
        Encoding encoding = (target
                        ? tokenizer.encodeTargets(List.of(input), options)
                        : tokenizer.encode(List.of(input), options))
                .rows()
                .get(0);
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        row.set("ids", list(encoding.ids()));
        ArrayNode tokens = row.putArray("tokens");
        encoding.tokens().forEach(tokens::add);
        if (call.json().path("types").asBoolean() && !target) {
            row.set("token_type_ids", tokenizer.usesTypeIds() ? list(encoding.typeIds()) : row.nullNode());
        }
        if (call.json().path("offsets").asBoolean()) {
            row.set("offsets", offsets(tokenizer, input));
        }
        row.put("decoded", tokenizer.decode(encoding.ids(), DecodeOptions.defaults()));
        for (int skip = 0; skip < 2; skip++) {
            for (int clean = 0; clean < 2; clean++) {
                DecodeOptions decode = new DecodeOptions(skip == 1, Optional.of(clean == 1));
                row.put("decoded_skip" + skip + "_clean" + clean, tokenizer.decode(encoding.ids(), decode));
            }
        }
        return row;
    }

    /** Recorded with special tokens, whatever the call's options say. */
    private static ArrayNode offsets(Tokenizer tokenizer, TokenizerInput input) {
        EncodeOptions options = EncodeOptions.builder().offsets(true).build();
        ArrayNode spans = list();
        for (Span span : tokenizer.encode(List.of(input), options).rows().get(0).offsets()) {
            spans.add(list(span.start(), span.end()));
        }
        return spans;
    }

    /** The reference takes an empty second text of a single pair for none. */
    private static TokenizerInput single(JsonNode text) {
        boolean pair = text.isArray() && !text.path(1).asText().isEmpty();
        return pair ? input(text) : TokenizerInput.of((text.isArray() ? text.path(0) : text).asText());
    }

    // ---- batches

    private static Replayed tokenize(GoldenCall call, Tokenizer tokenizer) {
        EncodeOptions.Builder options = options(call);
        if (call.json().hasNonNull("padding_side")) {
            options.paddingSide(side(call.json().path("padding_side")));
        }
        List<TokenizerInput> inputs = StreamSupport.stream(
                        call.json().path("text").spliterator(), false)
                .map(TokenizerReplayer::input)
                .toList();
        EncodedBatch batch = tokenizer.encode(inputs, options.build());
        Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
        outputs.put("input_ids", tensor(batch.ids()));
        outputs.put("attention_mask", tensor(batch.attentionMask()));
        if (call.options().path("return_token_type_ids").asBoolean(tokenizer.usesTypeIds())) {
            outputs.put("token_type_ids", tensor(batch.typeIds()));
        }
        outputs.put("special_tokens_mask", tensor(batch.specialTokensMask()));
        outputs.put("overflow_to_sample_mapping", vector(batch.inputs().stream().mapToLong(i -> i)));
        outputs.put("length", vector(batch.rows().stream().mapToLong(Encoding::length)));
        if (call.options().path("return_offsets_mapping").asBoolean()) {
            outputs.put("offset_mapping", offsets(batch));
        }
        return Replayed.of(outputs);
    }

    private static GoldenTensor offsets(EncodedBatch batch) {
        long[] values = batch.rows().stream()
                .flatMap(row -> row.offsets().stream())
                .flatMapToLong(span -> LongStream.of(span.start(), span.end()))
                .toArray();
        int rows = batch.rows().size();
        return GoldenTensor.of(new long[] {rows, values.length / 2 / Math.max(rows, 1), 2}, values);
    }

    private static TokenizerInput input(JsonNode text) {
        return text.isArray()
                ? TokenizerInput.pair(text.path(0).asText(), text.path(1).asText())
                : TokenizerInput.of(text.asText());
    }

    private static EncodeOptions.Builder options(GoldenCall call) {
        JsonNode json = call.options();
        EncodeOptions.Builder options = EncodeOptions.builder()
                .specialTokens(json.path("add_special_tokens").asBoolean(true))
                .padding(padding(json.path("padding")))
                .truncation(truncation(json))
                .stride(json.path("stride").asInt())
                .multipleOf(json.path("pad_to_multiple_of").asInt(1))
                .overflow(json.path("return_overflowing_tokens").asBoolean())
                .offsets(json.path("return_offsets_mapping").asBoolean());
        if (json.hasNonNull("max_length")) {
            options.maxLength(json.path("max_length").asInt());
        }
        if (json.hasNonNull("padding_side")) {
            options.paddingSide(side(json.path("padding_side")));
        }
        if (json.hasNonNull("truncation_side")) {
            options.truncationSide(side(json.path("truncation_side")));
        }
        return options;
    }

    private static Padding padding(JsonNode json) {
        if (!json.isTextual()) {
            return json.asBoolean() ? Padding.LONGEST : Padding.DO_NOT_PAD;
        }
        return Padding.valueOf(json.asText().toUpperCase(Locale.ROOT));
    }

    /** A maximum length alone asks for truncation, too. */
    private static Truncation truncation(JsonNode options) {
        JsonNode json = options.path("truncation");
        boolean implied = json.isMissingNode()
                && options.hasNonNull("max_length")
                && padding(options.path("padding")) == Padding.DO_NOT_PAD;
        if (!json.isTextual()) {
            return implied || json.asBoolean() ? Truncation.LONGEST_FIRST : Truncation.DO_NOT_TRUNCATE;
        }
        return Truncation.valueOf(json.asText().toUpperCase(Locale.ROOT));
    }

    private static Side side(JsonNode json) {
        return Side.valueOf(json.asText().toUpperCase(Locale.ROOT));
    }

    // ---- chats

    private static Replayed chat(GoldenCall call, Tokenizer tokenizer) {
        Check.that(call.json().path("messages").isArray(), "The call has no messages.");
        ArrayNode prompts = list();
        ArrayNode generation = list();
        for (JsonNode messages : call.json().path("messages")) {
            prompts.add(tokenizer.chatTemplate().render(messages, false, Map.of()));
            generation.add(tokenizer.chatTemplate().render(messages, true, Map.of()));
        }
        return new Replayed(Map.of(), Map.of("prompt", prompts, "prompt_generation", generation));
    }

    private static ArrayNode list(long... values) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (long value : values) {
            list.add((int) value); // as JSON is read
        }
        return list;
    }

    private static GoldenTensor tensor(long[][] rows) {
        long[] values = Arrays.stream(rows).flatMapToLong(LongStream::of).toArray();
        return GoldenTensor.of(new long[] {rows.length, rows.length == 0 ? 0 : rows[0].length}, values);
    }

    private static GoldenTensor vector(LongStream values) {
        long[] all = values.toArray();
        return GoldenTensor.of(new long[] {all.length}, all);
    }

    @Override
    public void close() {
        loaded.values().forEach(Tokenizer::close);
        loaded.clear();
    }
}
