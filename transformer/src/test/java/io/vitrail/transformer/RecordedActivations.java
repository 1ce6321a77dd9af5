package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenCase;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;

/** What transformers computes for every name of an activation, near 0 and far off; see make_activations.py. */
public final class RecordedActivations {
    private static final GoldenCase GOLDEN = golden();

    private RecordedActivations() {}

    private static GoldenCase golden() {
        try {
            return GoldenCase.read(Path.of(RecordedActivations.class
                    .getResource("/goldens/activations/act2fn")
                    .toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As a config.json names them. */
    public static List<String> names() {
        return GOLDEN.calls().stream().map(GoldenCall::name).toList();
    }

    /** What went in, the same for all: [places]. */
    public static NDArray x(NDManager manager) {
        return GOLDEN.tensors().get("in.x").toArray(manager);
    }

    /**
     * Checks what came out, "y", or its derivative, "gradient".
     *
     * @param tolerance for numbers up to 1, and in proportion for larger ones
     */
    public static void assertEqual(NDArray actual, String name, String output, float tolerance) {
        float[] expected = GOLDEN.tensors().get(name + "." + output).floats();
        float[] x = GOLDEN.tensors().get("in.x").floats();
        float[] values = actual.toFloatArray();
        assertThat(values).hasSameSizeAs(expected);
        for (int i = 0; i < x.length; i++) {
            assertThat(values[i])
                    .as("%s's %s at %s", name, output, x[i])
                    .isCloseTo(expected[i], within(tolerance * Math.max(1, Math.abs(expected[i]))));
        }
    }
}
