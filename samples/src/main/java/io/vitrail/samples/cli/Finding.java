package io.vitrail.samples.cli;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * What one of doctor's checks found.
 *
 * @param check its name
 * @param found in words
 * @param problem what is wrong; empty if nothing is
 * @param remedy what to do about it
 */
record Finding(String check, String found, Optional<String> problem, Optional<String> remedy) {
    private static final String TRY = " try: ";

    static Finding well(String check, String found) {
        return new Finding(check, found, Optional.empty(), Optional.empty());
    }

    static Finding ill(String check, String found, String problem, String remedy) {
        return new Finding(check, found, Optional.of(problem), Optional.of(remedy));
    }

    /** What a check finds; whatever it throws is a problem, with the remedy that its message names. */
    static Finding of(String check, Supplier<Finding> supplier) {
        try {
            return supplier.get();
        } catch (RuntimeException | Error e) {
            String[] message = FailureMessage.of(e).split(TRY, 2);
            String remedy = message.length == 2 ? message[1].strip() : "again with VITRAIL_TRACE=1, and report it.";
            return ill(check, "failed", message[0].strip(), remedy);
        }
    }

    boolean isWell() {
        return problem.isEmpty();
    }
}
