package io.vitrail.fusion;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.Tokens;
import io.vitrail.vit.LoadedVisionModel;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ProcessedImages;
import java.util.List;

/** A picture as the tokens that texts ask: it goes through the vision tower once, however many passes they need. */
final class SeenPicture implements AutoCloseable {
    private final NDManager memory;
    private final NDArray vectors;

    private SeenPicture(NDManager memory, NDArray vectors) {
        this.memory = memory;
        this.vectors = vectors;
    }

    /** Looks at a picture, which is processed outside the model's turn. */
    static <M extends BlipReader> SeenPicture of(LoadedFusionModel<M> loaded, Image image, Patience patience) {
        Check.that(image != null, "The picture is missing (null).");
        patience.check();
        NDManager memory = loaded.session().newScope();
        try (NDManager outside = DjlEngine.newManager(Device.cpu());
                ProcessedImages processed = loaded.processor().process(List.of(image), outside)) {
            NDArray vectors = loaded.session().run(patience, (model, scope, pass) -> {
                NDArray pixels = LoadedVisionModel.joined(List.of(processed.pixelValues()), scope);
                NDArray seen = model.see(VisionInput.of(pixels), pass).vectors(); // [1, tokens, width]
                seen.attach(memory);
                return seen;
            });
            return new SeenPicture(memory, vectors);
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    /** The tokens, for one pass. */
    Tokens tokens(NDManager scope) {
        return Tokens.of(Scope.lend(vectors, scope));
    }

    @Override
    public void close() {
        memory.close();
    }
}
