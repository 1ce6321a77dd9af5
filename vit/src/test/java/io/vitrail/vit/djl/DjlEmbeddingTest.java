package io.vitrail.vit.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.inference.Predictor;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.cv.Image;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.vit.ImageEmbedder;
import io.vitrail.vit.Pooling;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Vectors of pictures through DJL. */
class DjlEmbeddingTest {
    private static Criteria.Builder<Image, float[]> criteria() {
        return Criteria.builder().setTypes(Image.class, float[].class);
    }

    private static float[] vector(Criteria<Image, float[]> criteria, Image photo) throws Exception {
        try (ZooModel<Image, float[]> model = criteria.loadModel();
                Predictor<Image, float[]> predictor = model.newPredictor()) {
            return predictor.predict(photo);
        }
    }

    @Test
    void vectorsEqualOurOwnEmbedders() throws Exception {
        List<Image> photos = Photos.all();
        try (ZooModel<Image, float[]> model =
                        criteria().optModelUrls("vitrail://embedded").build().loadModel();
                Predictor<Image, float[]> predictor = model.newPredictor();
                ImageEmbedder ours = ImageEmbedder.embedded()) {
            List<Embedding> expected =
                    ours.embed(photos.stream().map(Photos::ours).toList());
            List<float[]> actual = predictor.batchPredict(photos);
            for (int i = 0; i < photos.size(); i++) {
                assertThat(actual.get(i)).isEqualTo(expected.get(i).values());
            }
        }
    }

    @Test
    void poolingAndLengthAreArguments() throws Exception {
        Image photo = Photos.read("coffee.jpg");
        ImageEmbedder.Options options = new ImageEmbedder.Options(Pooling.MEAN, ImageEmbedder.Length.RAW);
        Criteria<Image, float[]> criteria = criteria()
                .optModelUrls("vitrail://embedded")
                .optArguments(Map.of("pooling", "mean", "length", "raw"))
                .build();
        try (ImageEmbedder ours = ImageEmbedder.embedded(options, Compute.DEFAULT)) {
            assertThat(vector(criteria, photo))
                    .isEqualTo(ours.embed(Photos.ours(photo)).values());
        }
    }

    @Test
    void aPoolingThatTheModelCantServeIsRefused() {
        assertThatThrownBy(criteria()
                        .optModelUrls("vitrail://embedded")
                        .optArgument("pooling", "class_token")
                        .build()::loadModel)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("This model has no class token.");
        assertThatThrownBy(criteria()
                        .optModelUrls("vitrail://embedded")
                        .optArgument("pooling", "max")
                        .build()::loadModel)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Argument 'pooling' must be one of [pooled, class-token, mean], not 'max'.");
    }

    @Test
    void servingGivesVectorsWhereTheyAreTheTask() throws Exception {
        Image photo = Photos.read("chelsea.jpg");
        try (ZooModel<Input, Output> model = Criteria.builder()
                        .setTypes(Input.class, Output.class)
                        .optModelUrls("vitrail://embedded")
                        .optArgument("task", "image-feature-extraction")
                        .build()
                        .loadModel();
                Predictor<Input, Output> predictor = model.newPredictor();
                ImageEmbedder ours = ImageEmbedder.embedded()) {
            Input request = new Input();
            request.add("data", Files.readAllBytes(Photos.file("chelsea.jpg")));
            String answer = predictor.predict(request).getData().getAsString();
            assertThat(new ObjectMapper().readValue(answer, float[].class))
                    .isEqualTo(ours.embed(Photos.ours(photo)).values());
        }
    }
}
