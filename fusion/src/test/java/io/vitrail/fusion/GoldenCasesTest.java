package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.vitrail.fusion.verify.FusionReplayer;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.Verdict;
import io.vitrail.transformer.verify.Verification;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every model of pictures and texts equals Hugging Face transformers at each recorded stage: on each path. */
class GoldenCasesTest {
    private static final GoldenReplayer REPLAYER = new FusionReplayer();
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
        assertThat(verdict.passed()).as(verdict.line()).isTrue();
    }
}
