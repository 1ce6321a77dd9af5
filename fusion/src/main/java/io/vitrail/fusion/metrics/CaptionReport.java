package io.vitrail.fusion.metrics;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The scores of a set of pictures. ROUGE-L and CIDEr-D of the whole are the means over the pictures; BLEU isn't,
 * since it sums counts.
 *
 * @param whole of all pictures
 * @param pictures of each picture by its name, in the references' order
 */
public record CaptionReport(CaptionScores whole, Map<String, CaptionScores> pictures) {
    public CaptionReport {
        pictures = Collections.unmodifiableMap(new LinkedHashMap<>(pictures));
    }
}
