package io.vitrail.fusion.search;

import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.ModelIdentity;
import java.nio.file.Path;
import java.util.Map;

/**
 * What an index was made of, and by; it is saved with it.
 *
 * @param pictures their folder: from the index if that lies within it, so that they may be moved together
 */
record IndexOrigin(ModelIdentity model, String pictures) {
    private static final String FORMAT = "format";
    private static final String VERSION = "1";
    private static final String MODEL = "model";
    private static final String FINGERPRINT = "fingerprint";
    private static final String PICTURES = "pictures";

    Map<String, String> toMap() {
        return Map.of(FORMAT, VERSION, MODEL, model.name(), FINGERPRINT, model.fingerprint(), PICTURES, pictures);
    }

    /**
     * Checks that an index is of the same origin.
     *
     * @param saved with it
     * @throws CheckpointException if its vectors can't be compared with this model's, or are of other pictures
     */
    void require(Map<String, String> saved, Path place) {
        if (!VERSION.equals(saved.get(FORMAT))) {
            throw refused("The index has format " + saved.get(FORMAT) + ", not " + VERSION + ".", place);
        }
        ModelIdentity maker = new ModelIdentity(saved.getOrDefault(MODEL, "?"), saved.getOrDefault(FINGERPRINT, "?"));
        if (!maker.fingerprint().equals(model.fingerprint())) {
            String what = "The index was made by another model: " + maker + ", not " + model + ".";
            throw refused(what, place);
        }
        if (!pictures.equals(saved.get(PICTURES))) {
            throw refused("The index is of another folder: " + saved.get(PICTURES) + ", not " + pictures + ".", place);
        }
    }

    private static CheckpointException refused(String what, Path place) {
        return CheckpointException.of(
                what,
                place,
                "that one, another place for the index (SearchOptions.withIndex), or to build it anew"
                        + " (ImageSearch.rebuild).");
    }
}
