package io.vitrail.fusion;

import io.vitrail.fusion.verify.FusionReplayer;
import io.vitrail.transformer.verify.GoldenSuite;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** Every model of pictures and texts equals Hugging Face transformers at each recorded stage: on each path. */
class GoldenCasesTest {
    private static final GoldenSuite SUITE = new GoldenSuite(new FusionReplayer());

    @AfterAll
    static void free() {
        SUITE.close();
    }

    @TestFactory
    Stream<DynamicContainer> everyCallOfEveryCase() {
        return SUITE.of(Goldens.folders());
    }
}
