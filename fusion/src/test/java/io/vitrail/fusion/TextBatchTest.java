package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.weights.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts in batches. */
class TextBatchTest {
    @Test
    void paddingIsBehindWhateverTheTokenizerSays(@TempDir Path folder) throws IOException {
        String settings = "tokenizer_config.json";
        for (String file : List.of("tokenizer.json", "vocab.txt")) {
            Files.copy(RecordedQuestions.ANSWERER.resolve(file), folder.resolve(file));
        }
        ObjectNode json = (ObjectNode) JsonFile.read(RecordedQuestions.ANSWERER.resolve(settings));
        Files.writeString(
                folder.resolve(settings), json.put("padding_side", "left").toString());
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            List<TextBatch> batches = TextBatch.of(List.of("a cat", "is the cat in the park ?"), tokenizer, "text", 40);
            TextBatch batch = batches.get(0);
            assertThat(batches).hasSize(1);
            assertThat(batch.size()).isEqualTo(2);
            assertThat(batch.length(0)).isEqualTo(4); // with [CLS] and [SEP]
            assertThat(batch.seen()[0]).startsWith(1, 1, 1, 1, 0).endsWith(0);
            assertThat(batch.ids()[0]).endsWith(0, 0);
            assertThat(batch.length(1)).isEqualTo(batch.seen()[1].length);
        }
    }

    @Test
    void sixteenGoTogether() {
        try (Tokenizer tokenizer = Tokenizer.load(RecordedQuestions.ANSWERER)) {
            assertThat(TextBatch.of(Collections.nCopies(33, "a cat"), tokenizer, "text", 40))
                    .extracting(TextBatch::size)
                    .containsExactly(16, 16, 1);
        }
    }
}
