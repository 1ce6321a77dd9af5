package io.vitrail.text.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** SiglipTokenizer: lower case, no punctuation, one space between words. Immutable. */
final class SiglipSegmenter extends PieceSegmenter {
    private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]"); // Python's string.punctuation

    private final UnigramPieces pieces;
    private final String unknown;
    private final int unknownLength;
    private final boolean lowerCase;

    private SiglipSegmenter(TokenizerConfig config, SentencePieceFile model, Map<String, Integer> ids) {
        super(config, ids);
        pieces = new UnigramPieces(model.withoutDummyPrefix());
        unknown = config.special().get("unk").content();
        unknownLength = pieces.split(unknown).size();
        lowerCase = config.flag("do_lower_case", true);
    }

    static SiglipSegmenter load(TokenizerConfig config) {
        SentencePieceFile model = model(config, "spiece.model");
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < model.pieces().size(); id++) {
            ids.putIfAbsent(model.pieces().get(id).text(), id);
        }
        return new SiglipSegmenter(config, model, ids);
    }

    @Override
    List<String> tokens(String text) {
        String marked = "▁" + text.replace('▁', ' ');
        List<String> tokens = super.tokens(lowerCase ? lowered(marked) : marked);
        boolean framed =
                tokens.size() > 1 && tokens.get(0).equals("▁") && special().contains(tokens.get(1));
        return framed ? tokens.subList(1, tokens.size()) : tokens;
    }

    /** All but special tokens in lower case. */
    private String lowered(String text) {
        Set<String> kept = new LinkedHashSet<>(special());
        StringBuilder lowered = new StringBuilder(text.length());
        for (String part : new AddedTokenTrie(kept).split(text)) {
            if (kept.contains(part)) {
                lowered.append(part);
            } else {
                part.codePoints().forEach(c -> UnicodeText.appendLower(c, lowered));
            }
        }
        return lowered.toString();
    }

    /** Behind the unknown token, which is cut off again: SentencePiece removes spaces at the start. */
    @Override
    List<String> pieces(String text) {
        List<String> all = pieces.split(unknown + canonical(text));
        return all.size() >= unknownLength ? all.subList(unknownLength, all.size()) : all;
    }

    private static String canonical(String text) {
        StringBuilder single = new StringBuilder();
        boolean afterSpace = false;
        for (int c : PUNCTUATION.matcher(text).replaceAll("").codePoints().toArray()) {
            boolean space = UnicodeText.isSpace(c);
            if (!space || !afterSpace) {
                single.appendCodePoint(space ? ' ' : c);
            }
            afterSpace = space;
        }
        return UnicodeText.strip(single.toString());
    }

    @Override
    String text(List<String> tokens) {
        StringBuilder text = new StringBuilder();
        List<String> current = new ArrayList<>();
        boolean afterSpecial = false;
        for (String token : tokens) {
            boolean isSpecial = special().contains(token);
            if (isSpecial) {
                text.append(afterSpecial ? "" : " ")
                        .append(pieces.join(current))
                        .append(token);
                current.clear();
            } else {
                current.add(token);
            }
            afterSpecial = isSpecial;
        }
        return UnicodeText.strip(text.append(pieces.join(current)).toString());
    }

    @Override
    long id(String token) {
        return pieces.id(token);
    }

    @Override
    String token(long id) {
        List<SentencePieceFile.Piece> all = pieces.model().pieces();
        if (id >= all.size()) {
            throw new IllegalArgumentException("Id " + id + " isn't within the vocabulary of " + all.size() + ".");
        }
        return all.get((int) id).text();
    }

    @Override
    Framing framing() {
        Framing.Part eos = new Framing.Part.Special(List.of(eosId()), 0);
        Framing.Part first = new Framing.Part.Text(0, 0);
        return new Framing(
                List.of(first, eos), List.of(first, eos, new Framing.Part.Text(1, 0), eos), Framing.Trim.NOTHING, true);
    }
}
