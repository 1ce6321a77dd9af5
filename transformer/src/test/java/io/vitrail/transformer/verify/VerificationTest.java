package io.vitrail.transformer.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.vitrail.transformer.verify.GoldenReplayer.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A verdict per call and path; whatever is expected and not there is a failure. */
class VerificationTest {
    private static final String CALL =
            "{'name': 'forward', 'op': 'forward', 'inputs': {'x': 'in.x'}, 'outputs': {'logits': 'out.logits'}}";

    @TempDir
    private java.nio.file.Path folder;

    private final List<String> heard = new ArrayList<>();

    @Test
    void whatIsAsExpectedPasses() {
        Verdict verdict = only(CALL, answering(GoldenFolder.floats(5, 7)));
        assertThat(verdict.passed()).isTrue();
        assertThat(verdict.line()).isEqualTo("ok   tiny_family/tiny forward (fast): largest difference 0.00e+00");
    }

    @Test
    void aValueThatIsOffFails() {
        Verdict verdict = only(CALL, answering(GoldenFolder.floats(5, 7.25f)));
        assertThat(verdict.passed()).isFalse();
        assertThat(verdict.line())
                .isEqualTo("FAIL tiny_family/tiny forward (fast): largest difference 2.50e-01; "
                        + "logits: 1 of 2 values differ");
    }

    @Test
    void nanFails() {
        assertThat(only(CALL, answering(GoldenFolder.floats(5, Float.NaN))).passed())
                .isFalse();
    }

    @Test
    void aMissingOutputFails() {
        Verdict verdict = only(CALL, new Echo(Replayed.of(Map.of("other", GoldenFolder.floats(5, 7)))));
        assertThat(verdict.passed()).isFalse();
        assertThat(verdict.failures()).containsExactly("logits is missing");
        assertThat(verdict.difference()).isInfinite();
    }

    @Test
    void anOutputThatTheCaseLacksFails() {
        String call = CALL.replace("out.logits", "out.lost");
        assertThat(only(call, answering(GoldenFolder.floats(5, 7))).failures()).containsExactly("logits is missing");
    }

    @Test
    void moreOutputsThanExpectedDoNotMatter() {
        GoldenTensor logits = GoldenFolder.floats(5, 7);
        assertThat(only(CALL, new Echo(Replayed.of(Map.of("logits", logits, "more", logits))))
                        .passed())
                .isTrue();
    }

    @Test
    void aMissingInputFails() {
        Verdict verdict = only(CALL.replace("in.x", "in.lost"), answering(GoldenFolder.floats(5, 7)));
        assertThat(verdict.failures())
                .containsExactly("IllegalArgumentException: golden.safetensors has no tensor 'in.lost'");
    }

    @Test
    void whatTheReplayerRefusesFails() {
        Echo refusing = answering(GoldenFolder.floats(5, 7));
        Verdict option = only(CALL.replace("'inputs'", "'options': {'head_mask': 1}, 'inputs'"), refusing);
        assertThat(option.line())
                .isEqualTo("FAIL tiny_family/tiny forward (fast): largest difference Infinity; "
                        + "IllegalArgumentException: Options [head_mask] aren't known; known: [].");
        Verdict operation = only(CALL.replace("'op': 'forward'", "'op': 'dance'"), refusing);
        assertThat(operation.failures()).containsExactly("IllegalArgumentException: Operation 'dance' isn't known.");
    }

    @Test
    void aLongReasonIsOneShortLine() {
        Verdict verdict =
                Verdict.failed("vit/model forward", "", new IllegalStateException("a\n  b" + "c".repeat(1000)));
        assertThat(verdict.line())
                .startsWith("FAIL vit/model forward: largest difference Infinity; IllegalStateException: a bccc")
                .endsWith("c…")
                .hasSizeLessThan(500);
    }

    @Test
    void valuesMustBeEqual() {
        String call = CALL.replace("'inputs'", "'values': {'text': 'a cat'}, 'inputs'");
        Map<String, GoldenTensor> logits = Map.of("logits", GoldenFolder.floats(5, 7));
        assertThat(only(call, new Echo(new Replayed(logits, Map.of("text", new TextNode("a cat")))))
                        .passed())
                .isTrue();
        Map<String, JsonNode> other = Map.of("text", new TextNode("a dog"));
        assertThat(only(call, new Echo(new Replayed(logits, other))).failures())
                .containsExactly("value text is \"a dog\"");
        assertThat(only(call, new Echo(Replayed.of(logits))).failures()).containsExactly("value text is null");
    }

    @Test
    void aCallThatExpectsNothingFails() {
        assertThat(only("{'name': 'forward', 'op': 'forward'}", answering(GoldenFolder.floats(5, 7)))
                        .failures())
                .containsExactly("the call expects nothing");
    }

    @Test
    void theCasesToleranceCounts() {
        String generous = CALL.replace("'inputs'", "'tolerance': {'atol': 0.5, 'rtol': 0}, 'inputs'");
        assertThat(only(generous, answering(GoldenFolder.floats(5, 7.5f))).passed())
                .isTrue();
        assertThat(only(generous, answering(GoldenFolder.floats(5, 7.51f))).passed())
                .isFalse();
    }

    @Test
    void subsampledAndMaskedOutputsAreReducedLikewise() {
        String call = "{'name': 'forward', 'op': 'forward', 'subsample': 2, 'mask_outputs': 'in.mask',"
                + " 'outputs': {'logits': 'out.corner'}}";
        GoldenTensor computed = GoldenTensor.of(new long[] {1, 2, 3}, new float[] {1, -1, 2, -1, -1, -1});
        assertThat(only(call, answering(computed)).passed()).isTrue(); // row 0, columns 0 and 2
        GoldenTensor padded = GoldenTensor.of(new long[] {1, 3, 3}, new float[] {1, -1, 2, -1, -1, -1, 9, 9, 9});
        String longer = call.replace("in.mask", "in.longer").replace("out.corner", "out.longer");
        assertThat(only(longer, answering(padded)).passed()).isTrue(); // row 2 is padding, and stored as 0
    }

    @Test
    void aMaskThatTheCaseLacksFails() {
        Verdict verdict = only(
                CALL.replace("'inputs'", "'mask_outputs': 'in.lost', 'inputs'"), answering(GoldenFolder.floats(5, 7)));
        assertThat(verdict.failures())
                .containsExactly("IllegalArgumentException: golden.safetensors has no tensor 'in.lost'");
    }

    @Test
    void eachPathIsJudgedByItsPrecision() {
        Echo near = answering(GoldenFolder.floats(5, 7.2f)); // 0.2 of a norm of 8.6
        List<Verdict> verdicts = verify(CALL, near, Path.READABLE, Path.FAST, Path.FAST_BF16);
        assertThat(verdicts).extracting(Verdict::path).containsExactly("readable", "fast", "fast bf16");
        assertThat(verdicts).extracting(Verdict::passed).containsExactly(false, false, true);
        assertThat(heard).containsExactly("forward READABLE", "forward FAST", "forward FAST_BF16");
        Echo farther = answering(GoldenFolder.floats(5, 7.7f)); // 0.7 of 8.6
        assertThat(verify(CALL, farther, Path.FAST_BF16, Path.FAST_INT8))
                .extracting(Verdict::passed)
                .containsExactly(false, true);
        assertThat(verify(CALL, answering(GoldenFolder.floats(5, 8)), Path.FAST_INT8))
                .extracting(Verdict::failures)
                .containsExactly(List.of("logits: ‖difference‖ is more than 0.1 ‖expected‖"));
    }

    @Test
    void whatDoesNotDependOnOperationsIsRunOnceAndExactly() {
        String call = CALL.replace("'op': 'forward'", "'op': 'decode_image'");
        List<Verdict> verdicts = verify(call, answering(GoldenFolder.floats(5, 7.2f)), Path.FAST_BF16, Path.READABLE);
        assertThat(verdicts).extracting(Verdict::passed).containsExactly(false);
        assertThat(verdicts).extracting(Verdict::path).containsExactly("");
    }

    private Verdict only(String call, GoldenReplayer replayer) {
        List<Verdict> verdicts = verify(call, replayer, Path.FAST);
        assertThat(verdicts).hasSize(1);
        return verdicts.get(0);
    }

    private List<Verdict> verify(String call, GoldenReplayer replayer, Path... paths) {
        Map<String, GoldenTensor> tensors = Map.of(
                "in.x", GoldenFolder.floats(1),
                "out.logits", GoldenFolder.floats(5, 7),
                "in.mask", GoldenTensor.of(new long[] {1, 2}, new long[] {1, 1}),
                "out.corner", GoldenTensor.of(new long[] {1, 1, 2}, new float[] {1, 2}),
                "in.longer", GoldenTensor.of(new long[] {1, 3}, new long[] {1, 1, 0}),
                "out.longer", GoldenTensor.of(new long[] {1, 2, 2}, new float[] {1, 2, 0, 0}));
        GoldenCase golden = GoldenCase.read(GoldenFolder.write(folder.resolve("tiny"), "tiny_family", call, tensors));
        Verification.Listener listener = (of, which, path, replayed) -> heard.add(which.name() + " " + path);
        return new Verification(replayer, List.of(paths), listener).of(golden);
    }

    private static Echo answering(GoldenTensor logits) {
        return new Echo(Replayed.of(Map.of("logits", logits)));
    }

    /** Always gives the same; knows two operations and no options. */
    private record Echo(Replayed answer) implements GoldenReplayer {
        @Override
        public Set<String> families() {
            return Set.of("tiny_family");
        }

        @Override
        public boolean computesWithOperations(GoldenCall call) {
            return !call.operation().equals("decode_image");
        }

        @Override
        public Replayed replay(GoldenCall call, Map<String, GoldenTensor> inputs, Path path) {
            call.onlyOptions(Set.of());
            if (call.operation().equals("dance")) {
                throw new IllegalArgumentException("Operation 'dance' isn't known.");
            }
            return answer;
        }

        @Override
        public void close() {}
    }
}
