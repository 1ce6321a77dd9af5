package io.vitrail.text.tokenizer;

import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Encodes one batch: splits, cuts, frames and pads, in this order. */
final class BatchEncoder {
    private final TokenizerParts parts;
    private final EncodeOptions options;
    private final Padding padding;
    private final Truncation truncation;
    private final int maxLength;

    BatchEncoder(TokenizerParts parts, EncodeOptions options) {
        this.parts = parts;
        this.options = options;
        boolean bounded =
                options.maxLength().isPresent() || parts.modelMaxLength().isPresent();
        padding = !bounded && options.padding() == Padding.MAX_LENGTH ? Padding.DO_NOT_PAD : options.padding();
        truncation = bounded ? options.truncation() : Truncation.DO_NOT_TRUNCATE;
        maxLength = options.maxLength().orElse(parts.modelMaxLength().orElse(0));
        boolean pads = padding != Padding.DO_NOT_PAD;
        Check.that(
                !pads || truncation == Truncation.DO_NOT_TRUNCATE || maxLength % options.multipleOf() == 0,
                "Rows are cut to %d tokens, which isn't a multiple of %d, to which they are to be padded.",
                maxLength,
                options.multipleOf());
        if (pads) {
            parts.special().padId();
        }
    }

    EncodedBatch encode(List<TokenizerInput> inputs) {
        List<List<Row>> all = inputs.stream().map(this::rows).toList();
        int longest = all.stream().mapToInt(rows -> rows.get(0).length()).max().orElse(0);
        int length =
                switch (padding) {
                    case DO_NOT_PAD -> 0;
                    case LONGEST -> roundUp(longest);
                    case MAX_LENGTH -> roundUp(maxLength);
                };
        Side side = options.paddingSide().orElse(parts.paddingSide());
        List<Encoding> encodings = new ArrayList<>();
        List<Integer> owners = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            List<Row> rows = options.overflow() ? all.get(i) : all.get(i).subList(0, 1);
            for (Row row : rows) {
                encodings.add(row.padded(length, side, parts.special(), parts.vocabulary(), options.offsets()));
                owners.add(i);
            }
        }
        return new EncodedBatch(List.copyOf(encodings), List.copyOf(owners));
    }

    private int roundUp(int length) {
        int multiple = options.multipleOf();
        return (length + multiple - 1) / multiple * multiple;
    }

    private List<Row> rows(TokenizerInput input) {
        List<Segment> texts = Stream.concat(Stream.of(input.text()), input.pair().stream())
                .map(text -> parts.segmenter().split(text, options.offsets()))
                .toList();
        List<List<Segment>> cut = truncation == Truncation.DO_NOT_TRUNCATE
                ? texts.stream().map(List::of).toList()
                : cutter(texts.size()).cut(texts);
        List<List<Segment>> trimmed = cut.stream()
                .map(segments -> segments.stream().map(this::trimmed).toList())
                .toList();
        return parts.framing().frame(trimmed, options.specialTokens());
    }

    private Cutter cutter(int texts) {
        int special = options.specialTokens() ? parts.framing().specialTokens(texts) : 0;
        Check.that(
                special <= maxLength,
                "A row of at most %d tokens has no room for its %d special tokens.",
                maxLength,
                special);
        int room = maxLength - special;
        Check.that(
                options.stride() == 0 || options.stride() < room,
                "The stride (%d) must be less than the %d tokens of a row that aren't special.",
                options.stride(),
                room);
        return new Cutter(
                truncation, room, options.stride(), options.truncationSide().orElse(parts.truncationSide()));
    }

    /** Spans of byte-level tokens without the spaces that the tokens begin and end with. */
    private Segment trimmed(Segment text) {
        Framing.Trim trim = parts.framing().trim();
        if (trim == Framing.Trim.NOTHING || text.spans().isEmpty()) {
            return text;
        }
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < text.ids().length; i++) {
            Span span = text.spans().get(i);
            boolean first = i == 0 || span.start() == 0;
            spans.add(trimmed(text.surfaces().get(i), span, first && trim == Framing.Trim.SPACES_BUT_PREFIX));
        }
        return text.withSpans(spans);
    }

    private static Span trimmed(String surface, Span span, boolean hasPrefix) {
        int[] characters = surface.codePoints().toArray();
        int leading = 0;
        while (leading < characters.length && isSpace(characters[leading])) {
            leading++;
        }
        int trailing = 0;
        while (trailing < characters.length && isSpace(characters[characters.length - 1 - trailing])) {
            trailing++;
        }
        int skipped = leading > 0 && hasPrefix ? leading - 1 : leading;
        int start = Math.min(span.start() + skipped, span.end());
        int end = trailing > 0 && span.end() >= trailing ? Math.max(span.end() - trailing, start) : span.end();
        return new Span(start, end);
    }

    private static boolean isSpace(int character) {
        return character == 'Ġ' || UnicodeText.isSpace(character);
    }
}
