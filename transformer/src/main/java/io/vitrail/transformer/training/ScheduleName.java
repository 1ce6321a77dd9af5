package io.vitrail.transformer.training;

import java.util.Arrays;
import java.util.Locale;

/** The schedules that a name, a peak, a warm-up and an end are enough for; each is called as transformers calls it. */
enum ScheduleName {
    CONSTANT,
    CONSTANT_WITH_WARMUP,
    LINEAR,
    COSINE,
    COSINE_WITH_RESTARTS,
    POLYNOMIAL,
    INVERSE_SQRT,
    NOAM;

    private static final double POLYNOMIAL_END = 1e-7;

    static ScheduleName of(String name) {
        return Arrays.stream(values())
                .filter(known -> known.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        String.format("Schedule '%s' isn't known; known: %s.", name, Schedule.names())));
    }

    Schedule schedule(double peak, long warmup, long total) {
        return switch (this) {
            case CONSTANT -> new Schedule.Constant(peak, 0);
            case CONSTANT_WITH_WARMUP -> new Schedule.Constant(peak, warmup);
            case LINEAR -> new Schedule.Linear(peak, warmup, total);
            case COSINE -> new Schedule.Cosine(peak, warmup, total);
            case COSINE_WITH_RESTARTS -> new Schedule.CosineWithRestarts(peak, warmup, total, 1);
            case POLYNOMIAL -> new Schedule.Polynomial(peak, warmup, total, POLYNOMIAL_END, 1);
            case INVERSE_SQRT -> new Schedule.InverseSquareRoot(peak, warmup);
            case NOAM -> new Schedule.Noam(peak * Math.sqrt(warmup), 1, warmup);
        };
    }

    /** The name that {@link Schedule#named} takes. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
