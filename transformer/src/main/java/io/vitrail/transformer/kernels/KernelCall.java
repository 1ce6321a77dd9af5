package io.vitrail.transformer.kernels;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One call of a method of a {@link KernelArchive}. It serves once; the boxes of its arguments are freed with it. */
final class KernelCall {
    /** Whether DJL's user wants the optimiser below for other modules. DJL's default. */
    private static final boolean OPTIMIZED_ELSEWHERE =
            Boolean.parseBoolean(System.getProperty("ai.djl.pytorch.graph_optimizer", "true"));

    private final PtSymbolBlock module;
    private final String method;
    private final List<Supplier<IValue>> arguments = new ArrayList<>(6);
    private final List<NDArray> copies = new ArrayList<>(0);

    KernelCall(PtSymbolBlock module, String method) {
        this.module = module;
        this.method = method;
    }

    KernelCall with(NDArray array) {
        arguments.add(() -> IValue.from((PtNDArray) inEngine(array)));
        return this;
    }

    /** An argument in Java's memory is copied; a method that writes into it would be of no use. */
    private NDArray inEngine(NDArray array) {
        if (!(array instanceof HeapArray heap)) {
            return array;
        }
        NDArray copy = heap.inEngine(heap.getManager());
        copies.add(copy);
        return copy;
    }

    /** A list of one. */
    KernelCall withList(NDArray array) {
        arguments.add(() -> IValue.listFrom((PtNDArray) array));
        return this;
    }

    KernelCall with(long number) {
        arguments.add(() -> IValue.from(number));
        return this;
    }

    KernelCall with(double number) {
        arguments.add(() -> IValue.from(number));
        return this;
    }

    /** Runs the method; its result belongs to the manager. */
    NDArray into(NDManager manager) {
        return allInto(manager).singletonOrThrow();
    }

    /** Runs a method that gives a list or tuple; the arrays belong to the manager. */
    NDList allInto(NDManager manager) {
        List<IValue> boxes = new ArrayList<>(arguments.size());
        try {
            arguments.forEach(argument -> boxes.add(argument.get()));
            IValue[] given = boxes.toArray(IValue[]::new);
            try (IValue result = unoptimized(() -> IValueUtils.runMethod(module, method, given))) {
                return result.toNDList((PtNDManager) manager);
            }
        } catch (EngineException e) {
            throw new IllegalStateException("The kernel '" + method + "' failed: " + lastLine(e.getMessage()), e);
        } finally {
            boxes.forEach(IValue::close);
            copies.forEach(NDArray::close);
        }
    }

    /**
     * Without TorchScript's optimiser, a setting of the thread: it has nothing to fuse in methods of a few operators,
     * and its profiling took 100 ms of the time to the first image.
     */
    static <T> T unoptimized(Supplier<T> run) {
        JniUtils.setGraphExecutorOptimize(false);
        try {
            return run.get();
        } finally {
            JniUtils.setGraphExecutorOptimize(OPTIMIZED_ELSEWHERE);
        }
    }

    /** libtorch tells the reason below the interpreter's stack. */
    private static String lastLine(String message) {
        return message.strip().lines().reduce("", (line, next) -> next);
    }
}
