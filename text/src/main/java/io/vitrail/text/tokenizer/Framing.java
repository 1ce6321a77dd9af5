package io.vitrail.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How special tokens are put around one text and around two: the post-processor of a tokenizer.json. Immutable.
 *
 * @param single the parts of a row with one text
 * @param pair the parts of a row with two; empty if the tokenizer takes none
 * @param trim how spans of byte-level tokens leave out spaces
 * @param fixedTypes whether continuations have the types of the row that they continue; others number their texts 0
 *     and 1
 */
record Framing(List<Part> single, List<Part> pair, Trim trim, boolean fixedTypes) {
    /** A part of a row. */
    sealed interface Part {
        /** A text. */
        record Text(int sequence, int type) implements Part {}

        /** Special tokens. */
        record Special(List<Long> ids, int type) implements Part {}
    }

    /** What spans of byte-level tokens leave out. */
    enum Trim {
        NOTHING,
        /** All spaces around a token. */
        SPACES,
        /** All but the one space that was put in front of the text. */
        SPACES_BUT_PREFIX
    }

    /** Texts without anything around them. */
    static Framing none() {
        return new Framing(
                List.of(new Part.Text(0, 0)), List.of(new Part.Text(0, 0), new Part.Text(1, 1)), Trim.NOTHING, false);
    }

    /** From post_processor; a missing or null one frames nothing. */
    static Framing of(JsonNode json) {
        Framing none = none();
        return switch (json.path("type").asText("")) {
            case "" -> none;
            case "TemplateProcessing" ->
                new Framing(parts(json.path("single"), json), parts(json.path("pair"), json), Trim.NOTHING, false);
            case "BertProcessing" -> bert(special(json, "cls"), special(json, "sep"));
            case "RobertaProcessing" -> roberta(special(json, "cls"), special(json, "sep"), trim(json));
            case "ByteLevel" -> new Framing(none.single, none.pair, trim(json), false);
            case "Sequence" -> sequence(json.path("processors"));
            default ->
                throw new IllegalArgumentException(
                        "The post_processor '" + json.path("type").asText()
                                + "' isn't supported; supported: BertProcessing, ByteLevel, RobertaProcessing,"
                                + " Sequence, TemplateProcessing.");
        };
    }

    private static Framing bert(List<Long> cls, List<Long> sep) {
        List<Part> single = List.of(new Part.Special(cls, 0), new Part.Text(0, 0), new Part.Special(sep, 0));
        List<Part> pair = new ArrayList<>(single);
        pair.addAll(List.of(new Part.Text(1, 1), new Part.Special(sep, 1)));
        return new Framing(single, List.copyOf(pair), Trim.NOTHING, true);
    }

    private static Framing roberta(List<Long> cls, List<Long> sep, Trim trim) {
        List<Part> single = List.of(new Part.Special(cls, 0), new Part.Text(0, 0), new Part.Special(sep, 0));
        List<Part> pair = new ArrayList<>(single);
        pair.addAll(List.of(new Part.Special(sep, 0), new Part.Text(1, 0), new Part.Special(sep, 0)));
        return new Framing(single, List.copyOf(pair), trim, true);
    }

    /** Of several, the last that frames does so; whichever trims, trims. */
    private static Framing sequence(JsonNode processors) {
        Framing all = none();
        for (JsonNode json : processors) {
            Framing one = of(json);
            boolean frames = !json.path("type").asText().equals("ByteLevel");
            Trim trim = one.trim == Trim.NOTHING ? all.trim : one.trim;
            Framing framing = frames ? one : all;
            all = new Framing(framing.single, framing.pair, trim, framing.fixedTypes);
        }
        return all;
    }

    private static Trim trim(JsonNode json) {
        if (!json.path("trim_offsets").asBoolean(true)) {
            return Trim.NOTHING;
        }
        return json.path("add_prefix_space").asBoolean(true) ? Trim.SPACES_BUT_PREFIX : Trim.SPACES;
    }

    private static List<Long> special(JsonNode json, String key) {
        JsonNode id = json.path(key).path(1);
        Check.that(id.canConvertToInt() && id.intValue() >= 0, "The post_processor's '%s' has no id.", key);
        return List.of(id.longValue());
    }

    private static List<Part> parts(JsonNode template, JsonNode processor) {
        List<Part> parts = new ArrayList<>();
        for (JsonNode json : template) {
            JsonNode text = json.path("Sequence");
            JsonNode special = json.path("SpecialToken");
            Check.that(text.isObject() || special.isObject(), "The post_processor has an unknown part: %s.", json);
            parts.add(
                    text.isObject()
                            ? new Part.Text(text.path("id").asText().equals("B") ? 1 : 0, type(text))
                            : new Part.Special(ids(special.path("id").asText(), processor), type(special)));
        }
        return List.copyOf(parts);
    }

    private static int type(JsonNode part) {
        return part.path("type_id").asInt();
    }

    private static List<Long> ids(String token, JsonNode processor) {
        List<Long> ids = new ArrayList<>();
        for (JsonNode id : processor.path("special_tokens").path(token).path("ids")) {
            Check.that(id.canConvertToInt() && id.intValue() >= 0, "The post_processor's '%s' has a bad id.", token);
            ids.add(id.longValue());
        }
        Check.that(!ids.isEmpty(), "The post_processor's special_tokens lack '%s'.", token);
        return List.copyOf(ids);
    }

    /** Special tokens of a row with so many texts. */
    int specialTokens(int texts) {
        return template(texts).stream()
                .mapToInt(part ->
                        part instanceof Part.Special special ? special.ids().size() : 0)
                .sum();
    }

    private List<Part> template(int texts) {
        List<Part> template = texts == 1 ? single : pair;
        Check.that(!template.isEmpty(), "This tokenizer doesn't say how %d texts make a row.", texts);
        return template;
    }

    /**
     * Puts a row together.
     *
     * @param texts each as its first part and continuations
     * @return the row and its continuations
     */
    List<Row> frame(List<List<Segment>> texts, boolean specialTokens) {
        List<Row> rows = List.of(Row.EMPTY);
        for (Part part : template(texts.size())) {
            if (part instanceof Part.Text text) {
                boolean fixed = fixedTypes && specialTokens;
                rows = Row.join(rows, rows(texts.get(text.sequence()), text, fixed ? text.type() : text.sequence()));
            } else if (part instanceof Part.Special special && specialTokens) {
                long[] ids = special.ids().stream().mapToLong(Long::longValue).toArray();
                List<Span> nowhere = Collections.nCopies(ids.length, Span.NOWHERE);
                rows = Row.join(rows, List.of(Row.of(ids, special.type(), -1, nowhere)));
            }
        }
        return rows;
    }

    private static List<Row> rows(List<Segment> segments, Part.Text text, int typeOfContinuations) {
        List<Row> rows = new ArrayList<>();
        for (Segment segment : segments) {
            int type = rows.isEmpty() ? text.type() : typeOfContinuations;
            rows.add(Row.of(segment.ids(), type, text.sequence(), segment.spans()));
        }
        return rows;
    }
}
