package io.vitrail.transformer.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * What a replayed call gave.
 *
 * @param tensors by output key; may hold more than the case asks for
 * @param values by key, likewise
 */
public record Replayed(Map<String, GoldenTensor> tensors, Map<String, JsonNode> values) {
    /** Tensors alone. */
    public static Replayed of(Map<String, GoldenTensor> tensors) {
        return new Replayed(tensors, Map.of());
    }
}
