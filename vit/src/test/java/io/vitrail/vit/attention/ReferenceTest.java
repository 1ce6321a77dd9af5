package io.vitrail.vit.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Maps, rollout and relevance as recorded with transformers and autograd, for every family. */
class ReferenceTest {
    private static final float TOLERANCE = 1e-5f;

    private record Computed(PictureAttention attention, Relevance relevance) {}

    static List<Reference> references() {
        return Reference.all();
    }

    @ParameterizedTest
    @MethodSource("references")
    void mapsRolloutAndRelevanceAreTheReferences(Reference reference) {
        Computed computed = reference.picture().run((model, pixels, pass) -> {
            PhotoView view = GoldenPicture.view(pixels);
            return new Computed(
                    Recording.of(model, pixels, pass, view).attention(),
                    new RelevancePass(model, pixels, pass, view).run(OptionalInt.empty()));
        });
        compareMaps(computed.attention(), reference.json().path("maps"));
        assertThat(computed.attention().rollout().values())
                .containsExactly(reference.numbers("rollout"), within(TOLERANCE));
        float[] relevance = reference.numbers("relevance");
        assertThat(computed.relevance().map().values()).containsExactly(relevance, within(1e-4f * greatest(relevance)));
        assertThat(computed.relevance().label().isPresent())
                .isEqualTo(!reference.json().path("label").isNull());
    }

    private static void compareMaps(PictureAttention attention, JsonNode layers) {
        assertThat(attention.layers()).hasSize(layers.size());
        for (int layer = 0; layer < layers.size(); layer++) {
            JsonNode heads = layers.get(layer);
            assertThat(attention.layers().get(layer).heads()).isEqualTo(heads.size());
            for (int head = 0; head < heads.size(); head++) {
                assertThat(attention.map(layer, head).values())
                        .as("layer %d, head %d", layer, head)
                        .containsExactly(Reference.numbers(heads.get(head)), within(TOLERANCE));
            }
        }
    }

    private static float greatest(float[] values) {
        float greatest = 0;
        for (float value : values) {
            greatest = Math.max(greatest, value);
        }
        assertThat(greatest).isPositive();
        return greatest;
    }
}
