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
        long warmup = options.path("warmup").asLong();
        return name.equals("noam")
                ? new Schedule.Noam(
                        options.path("factor").asDouble(),
                        options.path("d_model").asInt(),
                        warmup)
                : Schedule.named(
                        name,
                        options.path("lr").asDouble(),
                        warmup,
                        options.path("total").asLong());
    }

    /** By get_scheduler of transformers 4.57.6, at a peak of 0.2 after 3 steps of warm-up. */
    @Test
    void ratesOfSchedulesWithFurtherNumbersAreThoseOfTheReference() {
        assertRates(
                new Schedule.Cosine(0.2, 3, 10, 0.5, 0.05),
                """
                0 0.0666666667 0.1333333333 0.2 0.1925726651 0.1717617351
                0.1416890700 0.1083109300 0.0782382649 0.0574273349 0.05 0.0574273349
                0.0782382649""");
        assertRates(
                new Schedule.Cosine(0.2, 3, 10, 1.5, 0),
                """
                0 0.0666666667 0.1333333333 0.2 0.1222520934 0.0099031132
                0.0376510198 0.1623489802 0.1900968868 0.0777479066 0 0.0777479066
                0.1900968868""");
        assertRates(
                new Schedule.CosineWithRestarts(0.2, 3, 10, 2),
                """
                0 0.0666666667 0.1333333333 0.2 0.1623489802 0.0777479066
                0.0099031132 0.1900968868 0.1222520934 0.0376510198 0 0
                0""");
        assertRates(
                new Schedule.WarmupStableDecay(0.2, 3, 3, 4, 0.05),
                """
                0.05 0.1 0.15 0.2 0.2 0.2
                0.2 0.1780330086 0.125 0.0719669914 0.05 0.05
                0.05""");
    }

    private static void assertRates(Schedule schedule, String rates) {
        String[] expected = rates.strip().split("\\s+");
        for (int step = 0; step < expected.length; step++) {
            double rate = Double.parseDouble(expected[step]);
            assertThat(schedule.rate(step)).as("step %d", step).isCloseTo(rate, within(1e-9));
        }
    }

    @Test
    void aConstantRateHasNoWarmupUnlessItsNameSaysSo() {
        assertThat(Schedule.named("constant", 0.5, 4, 8).rate(0)).isEqualTo(0.5);
        assertThat(Schedule.named("constant_with_warmup", 0.5, 4, 8).rate(1)).isEqualTo(0.125);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "constant",
                "constant_with_warmup",
                "linear",
                "cosine",
                "cosine_with_restarts",
                "polynomial",
                "inverse_sqrt",
                "noam"
            })
    void everyNameReachesThePeak(String name) {
        Schedule schedule = Schedule.named(name, 0.5, 4, 20);
        assertThat(Schedule.names()).contains(name);
        assertThat(schedule.peak()).isCloseTo(0.5, within(1e-12));
        assertThat(schedule.rate(name.equals("noam") ? 3 : 4)).isCloseTo(0.5, within(1e-12));
        assertThat(schedule.rate(19)).isLessThanOrEqualTo(0.5);
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> Schedule.named("triangular", 0.5, 4, 20))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Schedule 'triangular' isn't known; known: [constant, constant_with_warmup, linear, cosine, "
                                + "cosine_with_restarts, polynomial, inverse_sqrt, noam].");
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
