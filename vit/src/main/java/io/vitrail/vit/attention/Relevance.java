package io.vitrail.vit.attention;

import java.util.Optional;

/**
 * Which parts of a photo speak for an answer (Chefer et al. 2021, "Generic Attention-model Explainability for
 * Interpreting Bi-Modal and Encoder-Decoder Transformers", section 3.2).
 *
 * @param label the class that is spoken for; empty if the model has none: then it is what tells the picture's vector
 *     from that of an empty picture
 * @param map how much each place says
 */
public record Relevance(Optional<String> label, HeatMap map) {}
