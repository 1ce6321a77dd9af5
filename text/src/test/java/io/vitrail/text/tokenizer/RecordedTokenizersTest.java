package io.vitrail.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.Verdict;
import io.vitrail.transformer.verify.Verification;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ids, tokens, offsets, batches and decoded texts are those of the reference. */
class RecordedTokenizersTest {
    static Stream<Path> cases() {
        return TokenizerCases.all().stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isAsRecorded(Path folder) {
        try (TokenizerReplayer replayer = new TokenizerReplayer()) {
            Verification verification =
                    new Verification(replayer, List.of(GoldenReplayer.Path.READABLE), (golden, call, path, out) -> {});
            List<Verdict> verdicts = verification.of(GoldenCase.read(folder));
            assertThat(verdicts)
                    .allSatisfy(verdict ->
                            assertThat(verdict.passed()).as(verdict.line()).isTrue());
        }
    }

    @Test
    void casesCoverEveryKindOfFile() {
        assertThat(TokenizerCases.all())
                .extracting(path -> path.getFileName().toString())
                .contains(
                        "bert_vocab", "roberta_merges", "llama_bpe", "t5_rules", "siglip_rules", "marian_user_defined")
                .hasSizeGreaterThanOrEqualTo(25);
    }
}
