package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.fusion.verify.LoraReplayer;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.Verdict;
import io.vitrail.transformer.verify.Verification;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters of Hugging Face's PEFT give what they give there: apart from the model, merged into it, and switched off. */
class LoraGoldenTest {
    @ParameterizedTest
    @ValueSource(strings = {"vit", "bert", "gpt2", "vit_bias"})
    void equalsPeft(String name) throws URISyntaxException {
        Path folder = Path.of(getClass().getResource("/lora/" + name).toURI());
        try (LoraReplayer replayer = new LoraReplayer()) {
            List<Verdict> verdicts = new Verification(
                            replayer, List.of(GoldenReplayer.Path.values()), (golden, call, path, replayed) -> {})
                    .of(GoldenCase.read(folder));
            assertThat(verdicts).hasSizeGreaterThan(8).allSatisfy(verdict -> assertThat(verdict.passed())
                    .as(verdict.line())
                    .isTrue());
        }
    }
}
