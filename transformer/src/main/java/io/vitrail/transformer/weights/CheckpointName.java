package io.vitrail.transformer.weights;

import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a checkpoint is called that others are made of.
 *
 * @param shown to people: the hub's name of it, such as google/vit-base-patch16-224, or that of its folder
 * @param reference by which it is found, as adapters say it: the hub's name, or the absolute folder; none if it has no
 *     folder of its own
 */
public record CheckpointName(String shown, Optional<String> reference) {
    private static final String HUB = "models--";
    private static final String SNAPSHOTS = "snapshots";

    /** Of a folder; one in the hub's cache, {@code models--google--vit/snapshots/COMMIT}, has the hub's name. */
    public static CheckpointName of(Path folder) {
        Path whole = folder.toAbsolutePath().normalize();
        int parts = whole.getNameCount();
        if (parts > 2 && whole.getName(parts - 2).toString().equals(SNAPSHOTS)) {
            String model = whole.getName(parts - 3).toString();
            if (model.startsWith(HUB)) {
                String name = model.substring(HUB.length()).replace("--", "/");
                return new CheckpointName(name, Optional.of(name));
            }
        }
        return new CheckpointName(String.valueOf(whole.getFileName()), Optional.of(whole.toString()));
    }

    /** Of a checkpoint that has no folder of its own. */
    public static CheckpointName unlisted(String shown) {
        return new CheckpointName(shown, Optional.empty());
    }

    /** By which it is found, or else what people call it. */
    public String referenceOrShown() {
        return reference.orElse(shown);
    }

    /** The line of a model card's head that names it, if others can find it. */
    public Optional<String> cardLine() {
        return reference.map(found -> "base_model: " + TextNode.valueOf(shown));
    }
}
