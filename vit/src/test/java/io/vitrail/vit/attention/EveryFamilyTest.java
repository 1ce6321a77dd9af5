package io.vitrail.vit.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.training.GradientCollector;
import io.vitrail.transformer.AttentionRecorder;
import io.vitrail.transformer.AttentionRecorder.Recorded;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Pass;
import io.vitrail.vit.Features;
import io.vitrail.vit.Readout;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for the attention of every family. */
class EveryFamilyTest {
    static List<GoldenPicture> pictures() {
        return GoldenPicture.ofEveryClass();
    }

    @Test
    void everyFamilyIsHere() {
        assertThat(pictures().stream()
                        .map(picture ->
                                picture.folder().getParent().getFileName().toString())
                        .collect(Collectors.toSet()))
                .isEqualTo(VisionModels.goldenFamilies());
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void everyRowOfAttentionAddsUpToOne(GoldenPicture picture) {
        List<Recorded> recorded = picture.run((model, pixels, pass) -> {
            AttentionRecorder recorder = AttentionRecorder.of(pass.operations());
            model.features(VisionInput.of(pixels), pass.withOperations(recorder));
            return recorder.recorded();
        });
        assertThat(recorded).isNotEmpty();
        for (Recorded attention : recorded) {
            int keys = (int) attention.shape().get(3);
            for (int row = 0; row < attention.weights().length; row += keys) {
                double sum = 0;
                for (int key = 0; key < keys; key++) {
                    sum += attention.weights()[row + key];
                }
                assertThat(sum).isCloseTo(1, within(1e-5));
            }
        }
    }

    /** In the last layer only the rows of tokens that are read can change the answer. */
    @ParameterizedTest
    @MethodSource("pictures")
    void theReadoutNamesTheTokensThatTheAnswerDependsOn(GoldenPicture picture) {
        picture.run((model, pixels, pass) -> {
            AttentionLayer last = gradientOfLastLayer(model, pixels, pass);
            double[] shares = model.readout()
                    .shares(last.layout().specialTokens(), last.layout().tokens());
            assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(1e-9));
            for (int token = 0; token < shares.length; token++) {
                boolean matters = false;
                for (int head = 0; head < last.heads(); head++) {
                    for (float gradient : last.matrix(head)[token]) {
                        matters |= gradient != 0;
                    }
                }
                assertThat(shares[token] > 0)
                        .as("token %d, %s", token, model.readout())
                        .isEqualTo(matters);
            }
            return shares;
        });
    }

    private static AttentionLayer gradientOfLastLayer(VisionModel model, NDArray pixels, Pass pass) {
        AttentionRecorder recorder = AttentionRecorder.differentiable(pass.operations(), pixels.getManager());
        Pass recorded = pass.withOperations(recorder);
        try (GradientCollector gradients = DjlEngine.get().newGradientCollector()) {
            Features features = model.features(VisionInput.of(pixels), recorded);
            NDArray answer = model.classifies() ? model.logits(features, recorded) : features.pooled();
            gradients.backward(answer.mul(answer).sum());
        }
        int number = recorder.recorded().size() - 1;
        if (model.readout() == Readout.PROBE || !isSquare(recorder.recorded().get(number))) {
            number--;
        }
        Recorded last = recorder.recorded().get(number);
        PhotoView view = GoldenPicture.view(pixels);
        return new AttentionLayer(
                model.layout(number, view.height(), view.width()),
                (int) last.shape().get(1),
                (int) last.shape().get(2),
                last.gradient());
    }

    private static boolean isSquare(Recorded recorded) {
        return recorded.shape().get(2) == recorded.shape().get(3);
    }

    /** Each layer's matrix of a head, with the windows put back: rows as they were, but for padding. */
    @ParameterizedTest
    @MethodSource("pictures")
    void matricesCoverTheWholeGrid(GoldenPicture picture) {
        picture.run((model, pixels, pass) -> {
            Recording recording = Recording.of(model, pixels, pass, GoldenPicture.view(pixels));
            for (AttentionLayer layer : recording.layers()) {
                float[][] matrix = layer.matrix(layer.heads() - 1);
                double[] total = layer.total(layer.heads() - 1);
                assertThat(matrix)
                        .hasDimensions(layer.layout().tokens(), layer.layout().tokens());
                for (int row = 0; row < matrix.length; row++) {
                    double sum = 0;
                    for (float weight : matrix[row]) {
                        sum += weight;
                    }
                    assertThat(sum).isCloseTo(total[row], within(1e-5)).isLessThan(1 + 1e-5);
                }
            }
            return recording;
        });
    }
}
