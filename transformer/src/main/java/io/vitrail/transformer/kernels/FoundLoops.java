package io.vitrail.transformer.kernels;

import java.util.Optional;

/** The {@link StepLoops} of this JVM, looked for once. */
final class FoundLoops {
    static final Optional<StepLoops> LOOPS = find();

    private FoundLoops() {}

    private static Optional<StepLoops> find() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return Optional.empty();
        }
        try { // by name: the compiler warns of whatever refers to an incubating module
            Class<?> loops = Class.forName("io.vitrail.transformer.vector.VectorLoops");
            return Optional.of((StepLoops) loops.getConstructor().newInstance());
        } catch (ReflectiveOperationException | LinkageError e) { // a later JDK may have changed the module
            return Optional.empty();
        }
    }
}
