package io.vitrail.transformer;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The sessions that are open. When the JVM ends, their passes end first: native code must not compute while the JVM tears
 * down what it computes with. Nothing is left registered once all are closed, so that an application can be unloaded.
 */
final class OpenSessions {
    private static final Set<Session<?>> OPEN = new HashSet<>();
    private static Optional<Thread> hook = Optional.empty();

    private OpenSessions() {}

    static synchronized void add(Session<?> session) {
        OPEN.add(session);
        if (hook.isEmpty()) {
            Thread thread = new Thread(OpenSessions::finish, "vitrail-shutdown");
            Runtime.getRuntime().addShutdownHook(thread);
            hook = Optional.of(thread);
        }
    }

    /** Whether it was open until now. */
    static synchronized boolean remove(Session<?> session) {
        boolean open = OPEN.remove(session);
        if (OPEN.isEmpty() && hook.isPresent()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook.get());
                hook = Optional.empty();
            } catch (IllegalStateException e) {
                return open; // the JVM is ending: the hook runs
            }
        }
        return open;
    }

    /** Waits for the passes that run, and lets no other begin. */
    static void finish() {
        all().forEach(Session::finish);
    }

    private static synchronized List<Session<?>> all() {
        return List.copyOf(OPEN);
    }
}
