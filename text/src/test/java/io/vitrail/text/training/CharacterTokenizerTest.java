package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vitrail.text.tokenizer.DecodeOptions;
import io.vitrail.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CharacterTokenizerTest {
    @TempDir
    private Path folder;

    @Test
    void eachCharacterIsATokenAndATextEnds() throws IOException {
        CharacterTokenizer vocabulary = new CharacterTokenizer("b a\nb😀");
        assertThat(vocabulary.size()).isEqualTo(8);
        try (Tokenizer tokenizer = saved(vocabulary)) {
            assertThat(tokenizer.encode("a b\n😀").ids()).containsExactly(5, 4, 6, 3, 7, 1);
            assertThat(tokenizer.encode("").ids()).containsExactly(CharacterTokenizer.END);
            assertThat(tokenizer.decode(new long[] {5, 4, 6, 3, 7, 1, 0}, DecodeOptions.textOnly()))
                    .isEqualTo("a b\n😀");
        }
    }

    @Test
    void othersAreUnknown() throws IOException {
        try (Tokenizer tokenizer = saved(new CharacterTokenizer("ab"))) {
            assertThat(tokenizer.encode("acb").ids()).containsExactly(3, CharacterTokenizer.UNKNOWN, 4, 1);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CharacterTokenizer(""))
                .withMessage("A vocabulary needs at least one character.");
    }

    private Tokenizer saved(CharacterTokenizer vocabulary) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), vocabulary.json().toString());
        Files.writeString(
                folder.resolve("tokenizer_config.json"), vocabulary.configJson().toString());
        return Tokenizer.load(folder);
    }
}
