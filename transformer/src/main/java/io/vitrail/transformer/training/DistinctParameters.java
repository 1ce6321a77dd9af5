package io.vitrail.transformer.training;

import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.util.Pair;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** DJL lists a parameter that several blocks share, such as a table that embeds and scores words, once for each of them. */
final class DistinctParameters {
    private DistinctParameters() {}

    /** The list with each parameter by its first name alone. */
    static ParameterList of(ParameterList all) {
        Set<Parameter> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        ParameterList distinct = new ParameterList();
        for (Pair<String, Parameter> pair : all) {
            if (seen.add(pair.getValue())) {
                distinct.add(pair);
            }
        }
        return distinct;
    }
}
