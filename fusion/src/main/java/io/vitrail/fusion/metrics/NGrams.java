package io.vitrail.fusion.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often each run of 1 to 4 tokens occurs in a caption. */
record NGrams(Map<List<String>, Integer> counts) {
    /** The longest run that BLEU and CIDEr count. */
    static final int LONGEST = 4;

    static NGrams of(List<String> tokens) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int n = 1; n <= LONGEST; n++) {
            for (int i = 0; i + n <= tokens.size(); i++) {
                counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
            }
        }
        return new NGrams(counts);
    }
}
