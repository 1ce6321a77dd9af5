package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses and gradients beside those of torch 2.7.1 and transformers 4.57.6. */
class LossesTest {
    private static final float[] LOGITS = {1.2f, -0.7f, 0.4f, 2, 0.1f, -1.5f, -0.3f, 0.8f, 0.6f, 0.9f, -2.1f, 1.1f};
    private static final float[] PAIRS = {2, 0.3f, -1, 0.5f, 1.7f, 0.2f, -0.4f, 0.1f, 0.9f};
    private static final float[] HOLDING = {1, 0, 1, 0, 0, 1, 1, 1, 0, 0.3f, 0, 1};
    private static final float[] TEACHER = {0.4f, 1, -0.2f, 1.5f, 0.2f, 0.3f, -1, 0.5f, 0.9f, 0.1f, 0, 2};

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"kl_smoothing_0_1", "kl_smoothing_0"})
    void divergenceIsThatOfTheReference(String name) {
        try (Goldens goldens = Goldens.read("losses")) {
            double smoothing =
                    goldens.call(name).path("options").path("smoothing").asDouble();
            NDList labels = new NDList(goldens.input(name, "target").toArray(manager));
            NDList logits = new NDList(goldens.input(name, "logits").toArray(manager));
            float loss = new KlDivergence(smoothing, 0, Reduction.SUM)
                    .evaluate(labels, logits)
                    .getFloat();
            assertThat(loss).isCloseTo(goldens.output(name, "loss").floats()[0], within(1e-5f));
        }
    }

    @Test
    void divergenceTeachesNothingAboutPadding() {
        NDList ids = new NDList(manager.create(new long[] {2, 1, 3}, new Shape(1, 3)));
        Learned learned = Learned.of(new KlDivergence(0.1, 1, Reduction.SUM), ids, array(LOGITS, 1, 3, 4));
        learned.assertIs(
                2.32022333f,
                """
                0.2114763 0.0391086 -0.7825111 0.5319262 0 0
                0 0 0.1959549 0.3320044 -0.0334705 -0.4944888""");
        float mean = new KlDivergence(0.1, 1, Reduction.MEAN)
                .evaluate(ids, new NDList(array(LOGITS, 1, 3, 4)))
                .getFloat();
        assertThat(mean).isCloseTo(2.32022333f / 2, within(1e-6f)); // of 3 targets one is padding
    }

    @Test
    void idsThatAreNoWordsAreRefused() {
        NDList ids = new NDList(manager.create(new long[] {2, 4, 3}, new Shape(1, 3)));
        assertThatThrownBy(
                        () -> new KlDivergence(0.1, 0, Reduction.SUM).evaluate(ids, new NDList(array(LOGITS, 1, 3, 4))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Id 4 isn't one of the 4 words, from 0.");
        assertThatThrownBy(
                        () -> new KlDivergence(0.1, 0, Reduction.SUM).evaluate(ids, new NDList(array(LOGITS, 1, 4, 3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not (1, 4, 3) and (1, 3)");
        NDList halves = new NDList(array(new float[] {0.5f, 1, 2}, 1, 3));
        assertThatThrownBy(() ->
                        new KlDivergence(0.1, 0, Reduction.SUM).evaluate(halves, new NDList(array(LOGITS, 1, 3, 4))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Logits must be floating and ids whole, at least one, not float32 and float32.");
    }

    @Test
    void labelsThatHoldOrNotAreJudgedEachForItself() {
        NDList labels = new NDList(array(HOLDING, 4, 3));
        Learned sum = Learned.of(new BinaryCrossEntropy(Reduction.SUM, Optional.empty()), labels, array(LOGITS, 4, 3));
        sum.assertIs(
                9.38917446f,
                """
                -0.2314752 0.3318122 -0.4013124 0.8807970 0.5249792 -0.8175745
                -0.5744425 -0.3100255 0.6456563 0.4109495 0.1090968 -0.2497399""");
        float[] weights = {0.5f, 2, 1.25f};
        Learned weighted =
                Learned.of(new BinaryCrossEntropy(Reduction.MEAN, Optional.of(weights)), labels, array(LOGITS, 4, 3));
        weighted.assertIs(
                0.81464368f,
                """
                -0.0096448 0.0276510 -0.0418034 0.0733998 0.0437483 -0.0851640
                -0.0239351 -0.0516709 0.0538047 0.0378589 0.0090914 -0.0260146""");
    }

    @Test
    void largeLogitsDoNotOverflow() {
        NDList labels = new NDList(array(new float[] {0, 1, 1}, 1, 3));
        NDList logits = new NDList(array(new float[] {200, -200, 50}, 1, 3));
        assertThat(new BinaryCrossEntropy(Reduction.NONE, Optional.empty())
                        .evaluate(labels, logits)
                        .toFloatArray())
                .containsExactly(new float[] {200, 200, 0}, within(1e-6f));
        assertThatThrownBy(() -> new BinaryCrossEntropy().evaluate(new NDList(manager.create(1f)), logits))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Labels () must have the shape of the logits, (1, 3).");
    }

    @Test
    void pairsAreChosenFromBothSides() {
        Learned learned =
                Learned.of(new ContrastiveLoss(ContrastiveLoss.Form.SOFTMAX), new NDList(), array(PAIRS, 3, 3));
        learned.assertIs(
                0.38598391f,
                """
                -0.0712498 0.0530782 0.0218759 0.0612369 -0.1089332 0.0746740
                0.0378875 0.0667232 -0.1352927""");
    }

    @Test
    void pairsAreJudgedEachForItself() {
        Learned learned =
                Learned.of(new ContrastiveLoss(ContrastiveLoss.Form.SIGMOID), new NDList(), array(PAIRS, 3, 3));
        learned.assertIs(
                1.61103761f,
                """
                -0.0397343 0.1914808 0.0896471 0.2074864 -0.0514884 0.1832780
                0.1337708 0.1749931 -0.0963502""");
        assertThatThrownBy(() -> new ContrastiveLoss(ContrastiveLoss.Form.SIGMOID)
                        .evaluate(new NDList(), new NDList(array(LOGITS, 4, 3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There must be as many texts as pictures, not (4, 3).");
    }

    @Test
    void eachTokenIsComparedWithTheNext() {
        float[] logits = new float[18];
        System.arraycopy(LOGITS, 0, logits, 0, 12);
        System.arraycopy(new float[] {0.2f, 0.5f, -0.6f, 1.4f, -0.9f, 0.3f}, 0, logits, 12, 6);
        NDList ids = new NDList(manager.create(new long[] {2, 0, 1, 1, -100, 2}, new Shape(2, 3)));
        NextTokenLoss loss = new NextTokenLoss(CrossEntropy.Options.smoothed(0));
        Learned.of(loss, ids, array(logits, 2, 3, 3))
                .assertIs(
                        1.45465314f,
                        """
                -0.1248564 0.0311816 0.0936747 0.2825419 -0.2910739 0.0085320
                0 0 0 0 0 0
                0.1190822 0.1607441 -0.2798263 0 0 0""");
        assertThatThrownBy(() -> loss.evaluate(ids, new NDList(array(logits, 3, 2, 3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("not (3, 2, 3) and (2, 3).");
    }

    @Test
    void aStudentLearnsWhatItsTeacherFindsLikely() {
        DistillationLoss loss = new DistillationLoss(new CrossEntropy(0.1f), new DistillationLoss.Soft(3), 0.3);
        Learned.of(loss, taught(), array(LOGITS, 4, 3))
                .assertIs(
                        1.18733096f,
                        """
                0.1275718 -0.0278574 -0.0997144 0.0100976 0.0182701 -0.0283677
                0.0309236 -0.0782431 0.0473195 0.1051273 -0.1820391 0.0769117""");
    }

    @Test
    void aSecondHeadLearnsWhatItsTeacherChooses() {
        DistillationLoss loss = new DistillationLoss(new CrossEntropy(0.1f), new DistillationLoss.Hard(), 0.5);
        float[] second = new float[12];
        for (int i = 0; i < 12; i++) {
            second[i] = LOGITS[11 - i];
        }
        Learned learned = Learned.of(loss, taught(), array(LOGITS, 4, 3), array(second, 4, 3));
        learned.assertIs(
                1.43361998f,
                """
                0.0740122 0.0075264 -0.0815386 -0.0107135 0.0116806 -0.0009672
                0.0151719 -0.0585704 0.0433985 0.0508706 -0.1139265 0.0630560""");
        assertThat(learned.gradients().get(1))
                .containsExactly(
                        Learned.numbers(
                                """
                                0.0672226 -0.1222599 0.0550372 -0.0774348 0.0580963 0.0193386
                                0.0031995 0.0158473 -0.0190468 0.0351280 0.0116931 -0.0468211"""),
                        within(1e-6f));
    }

    @Test
    void aTeacherOfOtherClassesIsRefused() {
        DistillationLoss loss = new DistillationLoss(new CrossEntropy(0), new DistillationLoss.Hard(), 0.5);
        NDList labels = new NDList(manager.create(new long[] {2, 0, 1, 1}), array(LOGITS, 3, 4));
        assertThatThrownBy(() -> loss.evaluate(labels, new NDList(array(LOGITS, 4, 3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The teacher's logits (3, 4) must have the shape of the student's, (4, 3).");
    }

    /** Labels, and the teacher's logits. */
    private NDList taught() {
        return new NDList(manager.create(new long[] {2, 0, 1, 1}), array(TEACHER, 4, 3));
    }

    private NDArray array(float[] values, long... shape) {
        return manager.create(values, new Shape(shape));
    }
}
