package io.vitrail.vit;

import io.vitrail.transformer.verify.GoldenSuite;
import io.vitrail.vit.verify.VisionReplayer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** Every vision model equals Hugging Face transformers at each recorded stage: readable, fast, and fast in bfloat16. */
class GoldenCasesTest {
    private static final GoldenSuite SUITE = new GoldenSuite(new VisionReplayer());

    @AfterAll
    static void free() {
        SUITE.close();
    }

    @TestFactory
    Stream<DynamicContainer> everyCallOfEveryCase() {
        return SUITE.of(Goldens.folders());
    }
}
