package io.vitrail.transformer.training;

import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Pair;
import io.vitrail.transformer.Check;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which weights of a lesson learn, and how fast each. */
final class ChosenWeights {
    private static final Pattern PART = Pattern.compile("\\[\\d+]$");

    private final ParameterList changing;
    private final Map<String, Double> factorById;

    private ChosenWeights(ParameterList changing, Map<String, Double> factorById) {
        this.changing = changing;
        this.factorById = factorById;
    }

    /**
     * Freezes the block's other parameters.
     *
     * @throws IllegalArgumentException if a pattern fits no weight, or none is left to learn
     */
    static ChosenWeights of(Lesson lesson, FineTuning.Selection selection) {
        Map<String, Parameter> weights = lesson.weights();
        Set<String> frozen = frozen(weights.keySet(), selection.frozen());
        Set<Parameter> learning = new HashSet<>();
        weights.forEach((name, parameter) -> {
            if (!frozen.contains(name) && !isStatistic(parameter)) {
                learning.add(parameter);
            }
        });
        Check.that(!learning.isEmpty(), "All weights are frozen: %s.%n  try:  fewer patterns.", selection.frozen());
        ParameterList changing = new ParameterList();
        for (Pair<String, Parameter> pair : lesson.block().getParameters()) {
            boolean statistic = isStatistic(pair.getValue());
            if (!statistic) {
                pair.getValue().freeze(!learning.contains(pair.getValue()));
            }
            if (statistic || learning.contains(pair.getValue())) {
                changing.add(pair);
            }
        }
        return new ChosenWeights(changing, factors(weights, selection.layerDecay()));
    }

    private static boolean isStatistic(Parameter parameter) {
        return parameter.getType() == Parameter.Type.RUNNING_MEAN || parameter.getType() == Parameter.Type.RUNNING_VAR;
    }

    private static Map<String, Double> factors(Map<String, Parameter> weights, double decay) {
        Map<String, Double> factorById = new HashMap<>();
        LayerDecay.factors(weights.keySet(), decay)
                .forEach((name, factor) -> factorById.put(weights.get(name).getId(), factor));
        return factorById;
    }

    private static Set<String> frozen(Set<String> names, List<String> patterns) {
        Set<String> frozen = new HashSet<>();
        for (String pattern : patterns) {
            Pattern regular = Pattern.compile(regular(pattern));
            Set<String> fitting = names.stream()
                    .filter(name ->
                            regular.matcher(PART.matcher(name).replaceFirst("")).matches())
                    .collect(Collectors.toSet());
            Check.that(
                    !fitting.isEmpty(),
                    "No weight fits the pattern '%s'.%n  try:  names such as %s, with * for any text.",
                    pattern,
                    names.stream().limit(3).toList());
            frozen.addAll(fitting);
        }
        return frozen;
    }

    /** A pattern with *, ? and {a,b} as a regular expression. */
    private static String regular(String pattern) {
        StringBuilder regular = new StringBuilder();
        boolean choosing = false;
        for (char c : pattern.toCharArray()) {
            choosing = c == '{' || choosing && c != '}';
            regular.append(
                    switch (c) {
                        case '*' -> ".*";
                        case '?' -> ".";
                        case '{' -> "(?:";
                        case '}' -> ")";
                        case ',' -> choosing ? "|" : ",";
                        default -> Pattern.quote(String.valueOf(c));
                    });
        }
        return regular.toString();
    }

    /** Those that a training changes: the ones that learn, and running statistics of norms. */
    ParameterList changing() {
        return changing;
    }

    /** Each weight's learning rate, by its parameter's id. */
    Tracker rates(Schedule schedule) {
        return new Rates(schedule, factorById);
    }

    private record Rates(Schedule schedule, Map<String, Double> factorById) implements Tracker {
        @Override
        public float getNewValue(int update) {
            return schedule.getNewValue(update);
        }

        @Override
        public float getNewValue(String parameterId, int update) {
            return (float) (schedule.rate(update - 1L) * factorById.getOrDefault(parameterId, 1.0));
        }
    }
}
