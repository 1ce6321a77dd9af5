package io.vitrail.vit.attention;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Resources;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The first picture of a golden case, and the model that reads it.
 *
 * @param className the reference's class as which the checkpoint is loaded
 * @param pixels [batch, channels, imageHeight, imageWidth], normalised
 */
record GoldenPicture(Path folder, String className, GoldenTensor pixels) {
    private static final String PIXELS = "pixel_values";

    /** What is computed of the picture. */
    interface Work<R> {
        R of(VisionModel model, NDArray pixels, Pass pass);
    }

    /** One picture for each class of each family. */
    static List<GoldenPicture> ofEveryClass() {
        Map<String, GoldenPicture> pictures = new LinkedHashMap<>();
        for (Path folder : GoldenCase.under(resource("/goldens"))) {
            GoldenCase golden = GoldenCase.read(folder);
            for (GoldenCall call : golden.calls()) {
                boolean plain = call.inputs().containsKey(PIXELS)
                        && !call.inputs().containsKey("bool_masked_pos")
                        && !call.options().has("interpolate_pos_encoding");
                if (call.operation().equals("forward") && plain) {
                    GoldenPicture picture = of(golden, call);
                    pictures.putIfAbsent(picture.toString(), picture);
                }
            }
        }
        return List.copyOf(pictures.values());
    }

    /** Of one call of a case such as "vit/classification". */
    static GoldenPicture of(String name, String call) {
        GoldenCase golden = GoldenCase.read(resource("/goldens/" + name));
        return golden.calls().stream()
                .filter(candidate -> candidate.name().equals(call))
                .findFirst()
                .map(found -> of(golden, found))
                .orElseThrow();
    }

    private static GoldenPicture of(GoldenCase golden, GoldenCall call) {
        GoldenTensor pixels = golden.tensors().get(call.inputs().get(PIXELS));
        return new GoldenPicture(golden.folder(), call.className().orElseThrow(), pixels);
    }

    static Path resource(String name) {
        return Resources.path(name);
    }

    /** Runs the model readably. */
    <R> R run(Work<R> work) {
        try (Checkpoint checkpoint = Checkpoint.open(folder);
                Session<VisionModel> session =
                        VisionModels.load(checkpoint, className, ReadableOperations.INSTANCE, Device.cpu())) {
            return session.run(
                    (model, scope, pass) -> work.of(model, pixels.toArray(scope).get(":1"), pass));
        }
    }

    static PhotoView view(NDArray pixels) {
        return PhotoView.same(
                (int) pixels.getShape().get(2), (int) pixels.getShape().get(3));
    }

    @Override
    public String toString() {
        return folder.getParent().getFileName() + " as " + className;
    }
}
