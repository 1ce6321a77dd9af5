package io.vitrail.text.tokenizer;

import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * MarianTokenizer: one SentencePiece model for each language, and a vocabulary that says which ids their pieces
 * have. Immutable.
 */
final class MarianSegmenter extends PieceSegmenter {
    private final UnigramPieces splitting;
    private final UnigramPieces joining;
    private final Map<String, Integer> encoder;
    private final Map<String, Integer> targets;
    private final Map<Integer, String> decoder = new HashMap<>();
    private final String unknown;

    private MarianSegmenter(
            TokenizerConfig config,
            UnigramPieces splitting,
            UnigramPieces joining,
            Map<String, Integer> encoder,
            Map<String, Integer> targets) {
        super(config, encoder);
        this.splitting = splitting;
        this.joining = joining;
        this.encoder = encoder;
        this.targets = targets;
        targets.forEach((token, id) -> decoder.put(id, token));
        unknown = config.special().get("unk").content();
        Check.that(encoder.containsKey(unknown), "vocab.json lacks the unknown token '%s'.", unknown);
    }

    static MarianSegmenter load(TokenizerConfig config) {
        UnigramPieces source = new UnigramPieces(model(config, "source.spm"));
        UnigramPieces target = new UnigramPieces(model(config, "target.spm"));
        Map<String, Integer> encoder = ids(config.folder().resolve("vocab.json"));
        Map<String, Integer> targets =
                config.flag("separate_vocabs", false) ? ids(config.folder().resolve("target_vocab.json")) : encoder;
        return new MarianSegmenter(config, source, target, encoder, targets);
    }

    @Override
    MarianSegmenter forTargets() {
        return new MarianSegmenter(config(), joining, joining, targets, targets);
    }

    /** A text may begin with the code of its target language, such as ">>fra<<". */
    @Override
    List<String> pieces(String text) {
        int end = text.startsWith(">>") ? text.indexOf("<<") : -1;
        List<String> pieces = new ArrayList<>();
        if (end >= 0) {
            pieces.add(text.substring(0, end + 2));
        }
        pieces.addAll(splitting.split(end < 0 ? text : text.substring(end + 2)));
        return pieces;
    }

    @Override
    String text(List<String> tokens) {
        StringBuilder text = new StringBuilder();
        List<String> current = new ArrayList<>();
        for (String token : tokens) {
            if (special().contains(token)) {
                text.append(joining.join(current)).append(token).append(' ');
                current.clear();
            } else {
                current.add(token);
            }
        }
        text.append(joining.join(current));
        return UnicodeText.strip(text.toString().replace('▁', ' '));
    }

    @Override
    long id(String token) {
        return encoder.getOrDefault(token, encoder.get(unknown));
    }

    @Override
    String token(long id) {
        return decoder.getOrDefault((int) id, unknown);
    }

    @Override
    Framing framing() {
        Framing.Part eos = new Framing.Part.Special(List.of(eosId()), 0);
        Framing.Part first = new Framing.Part.Text(0, 0);
        return new Framing(
                List.of(first, eos), List.of(first, new Framing.Part.Text(1, 0), eos), Framing.Trim.NOTHING, true);
    }
}
