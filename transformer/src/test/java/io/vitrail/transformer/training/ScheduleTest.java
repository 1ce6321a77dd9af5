package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "noam_512_4000",
                "noam_64_10",
                "linear",
                "cosine",
                "constant_with_warmup",
                "polynomial",
                "inverse_sqrt"
            })
    void ratesAreThoseOfTheReference(String name) {
        try (Goldens goldens = Goldens.read("schedules")) {
            JsonNode call = goldens.call(name);
            boolean countsFromOne = call.path("schedule").asText().equals("noam");
            Schedule schedule = schedule(call.path("schedule").asText(), call.path("options"));
            List<Double> steps = Goldens.numbers(goldens.output(name, "steps"));
            List<Double> values = Goldens.numbers(goldens.output(name, "values"));
            assertThat(steps).hasSizeGreaterThan(10);
            for (int i = 0; i < steps.size(); i++) {
                double rate = schedule.rate(steps.get(i).longValue() - (countsFromOne ? 1 : 0));
                assertThat(rate).as("step %s", steps.get(i)).isCloseTo(values.get(i), within(1e-9 + 1e-6 * rate));
            }
        }
    }

    private static Schedule schedule(String name, JsonNode options) {
        double peak = options.path("lr").asDouble();
        long warmup = options.path("warmup").asLong();
        long total = options.path("total").asLong();
        return switch (name) {
            case "noam" ->
                new Schedule.Noam(
                        options.path("factor").asDouble(),
                        options.path("d_model").asInt(),
                        warmup);
            case "linear" -> new Schedule.Linear(peak, warmup, total);
            case "cosine" -> new Schedule.Cosine(peak, warmup, total);
            case "constant_with_warmup" -> new Schedule.Constant(peak, warmup);
            case "polynomial" -> new Schedule.Polynomial(peak, warmup, total, 1e-7, 1);
            case "inverse_sqrt" -> new Schedule.InverseSquareRoot(peak, warmup);
            default -> throw new IllegalArgumentException(name);
        };
    }

    @Test
    void theFirstUpdateTakesTheRateBeforeAnyStep() {
        Schedule schedule = new Schedule.Linear(0.5, 2, 6);
        assertThat(schedule.getNewValue(1)).isZero();
        assertThat(schedule.getNewValue(2)).isEqualTo(0.25f);
        assertThat(schedule.getNewValue(3)).isEqualTo(0.5f);
        assertThat(schedule.getNewValue(7)).isZero();
    }

    @Test
    void aWarmupBeyondTheEndIsRefused() {
        assertThatThrownBy(() -> new Schedule.Cosine(1e-3, 30, 20))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("warm-up (30) must be within the 20 steps");
    }
}
