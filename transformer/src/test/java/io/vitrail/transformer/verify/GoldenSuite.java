package io.vitrail.transformer.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;

/** Tests of golden cases: one for each call, readable, fast, and fast in bfloat16. */
public final class GoldenSuite implements AutoCloseable {
    private final GoldenReplayer replayer;
    private final Verification verification;

    /** @param replayer is closed with these */
    public GoldenSuite(GoldenReplayer replayer) {
        this.replayer = replayer;
        verification =
                new Verification(replayer, List.of(GoldenReplayer.Path.values()), (golden, call, path, replayed) -> {});
    }

    /** Of the cases in these folders, FAMILY/CASE. */
    public Stream<DynamicContainer> of(List<Path> folders) {
        return of(folders, GoldenSuite::assertPassed);
    }

    /** The same, judged otherwise. */
    public Stream<DynamicContainer> of(List<Path> folders, Consumer<Verdict> judge) {
        return folders.stream().map(folder -> container(folder, judge));
    }

    private DynamicContainer container(Path folder, Consumer<Verdict> judge) {
        Stream<DynamicTest> calls = Stream.of(folder)
                .flatMap(path -> verification.of(GoldenCase.read(path)).stream()) // when its turn comes
                .map(verdict -> dynamicTest(label(verdict), () -> judge.accept(verdict)));
        return dynamicContainer(folder.getParent().getFileName() + "/" + folder.getFileName(), calls);
    }

    private static String label(Verdict verdict) {
        return verdict.where() + (verdict.path().isEmpty() ? "" : ", " + verdict.path());
    }

    /** With the case's own tolerance. */
    public static void assertPassed(Verdict verdict) {
        assertThat(verdict.passed()).as(verdict.line()).isTrue();
    }

    @Override
    public void close() {
        replayer.close();
    }
}
