package io.vitrail.vit.verify;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Calls that lack what their operation needs are refused in the words of golden.json. */
class ImageReplayerTest {
    private static final String INTERPOLATE = "{'op': 'interpolate', 'options': {'size': [2, 2], 'mode': 'bilinear'}}";

    private final ImageReplayer replayer = new ImageReplayer();

    @Test
    void interpolationNeedsAnInputOfFourAxes() {
        String message = "The call needs an input [batch, channels, rows, columns].";
        assertRefused(INTERPOLATE, Map.of(), message);
        GoldenTensor flat = GoldenTensor.of(new long[] {1, 2}, new float[2]);
        assertRefused(INTERPOLATE, Map.of("input", flat), message);
    }

    @Test
    void resamplingFiltersHavePillowsNames() {
        assertRefused(
                "{'op': 'pillow_resize', 'options': {'size': [2, 2], 'resample': 'SINC'}}",
                Map.of(),
                "Resampling filter 'SINC' isn't known; known: [NEAREST, LANCZOS, BILINEAR, BICUBIC, BOX, HAMMING].");
    }

    private void assertRefused(String call, Map<String, GoldenTensor> inputs, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> replayer.replay(call(call), inputs, GoldenReplayer.Path.READABLE))
                .withMessage(message);
    }

    private static GoldenCall call(String json) throws JsonProcessingException {
        return new GoldenCall(Path.of("case"), new ObjectMapper().readTree(json.replace('\'', '"')));
    }
}
