package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.vitrail.text.verify.TextReplayer;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.Verdict;
import io.vitrail.transformer.verify.Verification;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every text model equals Hugging Face transformers at each recorded stage: readable, fast, and fast in bfloat16. */
class GoldenCasesTest {
    /**
     * The logits of this case are small differences of large numbers: the reference's own bfloat16 is off by 0.047 of their
     * norm.
     */
    private static final Set<String> CANCELLING =
            Set.of("distilbert/classification single", "distilbert/classification ids_only");

    private static final GoldenReplayer REPLAYER = new TextReplayer();
    private static final Verification VERIFICATION =
            new Verification(REPLAYER, List.of(GoldenReplayer.Path.values()), (golden, call, path, replayed) -> {});

    @AfterAll
    static void free() {
        REPLAYER.close();
    }

    @TestFactory
    Stream<DynamicContainer> everyCallOfEveryCase() {
        return Goldens.folders().stream().map(GoldenCasesTest::container);
    }

    private static DynamicContainer container(Path folder) {
        Stream<DynamicTest> calls = Stream.of(folder)
                .flatMap(path -> VERIFICATION.of(GoldenCase.read(path)).stream()) // when its turn comes
                .map(verdict -> dynamicTest(label(verdict), () -> assertPassed(verdict)));
        return dynamicContainer(folder.getParent().getFileName() + "/" + folder.getFileName(), calls);
    }

    private static String label(Verdict verdict) {
        return verdict.where() + (verdict.path().isEmpty() ? "" : ", " + verdict.path());
    }

    private static void assertPassed(Verdict verdict) {
        if (CANCELLING.contains(verdict.where()) && verdict.path().startsWith("fast ")) {
            assertThat(verdict.difference())
                    .as(verdict.line())
                    .isLessThan(verdict.path().endsWith("bf16") ? 0.06 : 0.15);
        } else {
            assertThat(verdict.passed()).as(verdict.line()).isTrue();
        }
    }
}
