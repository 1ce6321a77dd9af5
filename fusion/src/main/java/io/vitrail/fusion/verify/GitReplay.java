package io.vitrail.fusion.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.vitrail.fusion.Git;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.vit.VisionInput;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What is different in replaying GIT: films, and one stream whose outputs begin with the picture's. */
final class GitReplay {
    private GitReplay() {}

    /** Pictures [batch, channels, imageHeight, imageWidth], or films [batch, pictures, channels, …]. */
    static Tokens seen(GoldenCall call, Map<String, GoldenTensor> inputs, Git model, NDManager scope, Pass pass) {
        if (!inputs.containsKey("pixel_values") || inputs.get("pixel_values").shape().length != 5) {
            return model.see(FusionReplayer.pictures(call, inputs, scope), pass);
        }
        NDArray films = inputs.get("pixel_values").toArray(scope).toType(DataType.FLOAT32, false);
        VisionInput.SizePolicy size =
                call.options().path("interpolate_pos_encoding").asBoolean(false)
                        ? VisionInput.SizePolicy.INTERPOLATE
                        : VisionInput.SizePolicy.STRICT;
        List<VisionInput> frames = IntStream.range(0, (int) films.getShape().get(1))
                .mapToObj(i -> VisionInput.of(films.get(":, {}", i)).withSize(size))
                .toList();
        return model.watch(frames, pass);
    }

    /** Records the stages and scores of all tokens. */
    static void forward(Git model, Tokens seen, TextInput text, Pass pass) {
        NDArray states = model.stream(text, pass.withContext(seen));
        pass.trace().record("logits", model.decoder().logits(states, pass));
    }
}
