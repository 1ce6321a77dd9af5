package io.vitrail.text.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** BERT's vocab.txt, one token a line, to tokenizer.json. */
final class WordPieceConversion {
    private static final int LONGEST_WORD = 100;

    private WordPieceConversion() {}

    static TokenizerJson of(TokenizerConfig config) {
        Path file = config.folder().resolve("vocab.txt");
        Map<String, Integer> ids = read(file);
        try {
            ObjectNode model = PipelineParts.of("WordPiece")
                    .put("unk_token", token(config, "unk"))
                    .put("continuing_subword_prefix", "##")
                    .put("max_input_chars_per_word", LONGEST_WORD);
            ObjectNode vocab = model.putObject("vocab");
            ids.forEach(vocab::put);
            return TokenizerJson.of(pipeline(config, ids), model, ids);
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(e.getMessage(), file, "download the file again.", e);
        }
    }

    private static Map<String, Integer> read(Path file) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        String text = TokenizerFile.text(file).replace("\r\n", "\n").replace('\r', '\n');
        String[] lines = text.split("\n", -1);
        int count = text.endsWith("\n") || text.isEmpty() ? lines.length - 1 : lines.length;
        for (int i = 0; i < count; i++) {
            ids.put(lines[i], i);
        }
        return ids;
    }

    private static ObjectNode pipeline(TokenizerConfig config, Map<String, Integer> ids) {
        ObjectNode json = PipelineParts.object();
        ObjectNode normalizer = PipelineParts.of("BertNormalizer")
                .put("clean_text", true)
                .put("handle_chinese_chars", true)
                .put("lowercase", true);
        normalizer.putNull("strip_accents"); // these are adapted to the configuration, as those of any tokenizer.json
        json.set("normalizer", normalizer);
        json.set("pre_tokenizer", PipelineParts.of("BertPreTokenizer"));
        json.set("post_processor", template(config, ids));
        json.set("decoder", PipelineParts.of("WordPiece").put("prefix", "##").put("cleanup", true));
        return json;
    }

    private static ObjectNode template(TokenizerConfig config, Map<String, Integer> ids) {
        String cls = token(config, "cls");
        String sep = token(config, "sep");
        Map<String, Integer> special = new LinkedHashMap<>();
        for (String token : new String[] {cls, sep}) {
            Check.that(ids.containsKey(token), "The vocabulary lacks the special token '%s'.", token);
            special.put(token, ids.get(token));
        }
        String single = cls + ":0 $A:0 " + sep + ":0";
        String between = config.type() == TokenizerClass.MPNET ? " " + sep + ":0" : "";
        return PipelineParts.template(single, single + between + " $B:1 " + sep + ":1", special);
    }

    private static String token(TokenizerConfig config, String kind) {
        AddedToken token = config.special().get(kind);
        Check.that(token != null, "The tokenizer has no %s_token.", kind);
        return token.content();
    }
}
