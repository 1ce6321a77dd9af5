package io.vitrail.transformer.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** How far a training is, besides its weights; kept as facts of its state. */
final class TuningStanding {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double MEMORY_OF_LOSS = 0.98;

    private long step;
    private double meanLoss = Double.NaN;
    private double lossSum;
    private long lossCount;
    private int withoutGain;
    private Optional<TuningReport.Best> best = Optional.empty();

    long step() {
        return step;
    }

    double meanLoss() {
        return meanLoss;
    }

    int withoutGain() {
        return withoutGain;
    }

    Optional<TuningReport.Best> best() {
        return best;
    }

    /** A step has been taken, or passed over because its loss isn't a number: that doesn't count in the means. */
    void stepped(double loss) {
        step++;
        if (Double.isFinite(loss)) {
            lossSum += loss;
            lossCount++;
            meanLoss = Double.isFinite(meanLoss) ? MEMORY_OF_LOSS * meanLoss + (1 - MEMORY_OF_LOSS) * loss : loss;
        }
    }

    /** The mean loss of the steps since this was last asked for; not a number if none had one. */
    double lossSinceEvaluation() {
        double mean = lossSum / lossCount;
        lossSum = 0;
        lossCount = 0;
        return mean;
    }

    /** Takes notice of an evaluation; true if it is the best so far. */
    boolean evaluated(int epoch, Evaluation evaluation) {
        double before = best.map(known -> known.evaluation().value())
                .orElse(
                        evaluation.goal() == Evaluation.Goal.MORE
                                ? Double.NEGATIVE_INFINITY
                                : Double.POSITIVE_INFINITY);
        boolean gain = evaluation.isBetterThan(before);
        withoutGain = gain ? 0 : withoutGain + 1;
        boolean better = gain
                || best.filter(known -> evaluation.isEqualWithLowerLoss(known.evaluation()))
                        .isPresent();
        if (better) {
            best = Optional.of(new TuningReport.Best(step, epoch, evaluation));
        }
        return better;
    }

    Map<String, String> facts() {
        Map<String, String> facts = new HashMap<>();
        facts.put("step", Long.toString(step));
        facts.put("meanLoss", Double.toString(meanLoss));
        facts.put("lossSum", Double.toString(lossSum));
        facts.put("lossCount", Long.toString(lossCount));
        facts.put("withoutGain", Integer.toString(withoutGain));
        best.ifPresent(known -> {
            facts.put("bestStep", Long.toString(known.step()));
            facts.put("bestEpoch", Integer.toString(known.epoch()));
            facts.put("bestGoal", known.evaluation().goal().name());
            facts.put("bestMetrics", write(known.evaluation().metrics()));
        });
        return facts;
    }

    /** @throws IllegalArgumentException if the facts aren't those of a training of this kind */
    void restore(Map<String, String> facts) {
        step = Long.parseLong(fact(facts, "step"));
        meanLoss = Double.parseDouble(fact(facts, "meanLoss"));
        lossSum = Double.parseDouble(fact(facts, "lossSum"));
        lossCount = Long.parseLong(fact(facts, "lossCount"));
        withoutGain = Integer.parseInt(fact(facts, "withoutGain"));
        if (facts.containsKey("bestStep")) {
            Evaluation evaluation = new Evaluation(
                    read(fact(facts, "bestMetrics")),
                    Evaluation.Goal.valueOf(fact(facts, "bestGoal")),
                    Optional.empty());
            best = Optional.of(new TuningReport.Best(
                    Long.parseLong(facts.get("bestStep")), Integer.parseInt(fact(facts, "bestEpoch")), evaluation));
        }
    }

    private static String fact(Map<String, String> facts, String name) {
        String value = facts.get(name);
        if (value == null) {
            throw new IllegalArgumentException("'" + name + "' is missing");
        }
        return value;
    }

    private static String write(Map<String, Double> metrics) {
        try {
            return JSON.writeValueAsString(metrics);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Double> read(String metrics) {
        try {
            return JSON.readValue(metrics, new TypeReference<LinkedHashMap<String, Double>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("metrics aren't JSON: " + e.getOriginalMessage(), e);
        }
    }
}
