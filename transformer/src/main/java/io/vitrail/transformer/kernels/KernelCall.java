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
import java.util.ArrayList;
import java.util.List;

/** One call of a method of a {@link KernelArchive}. It serves once; the boxes of its arguments are freed with it. */
final class KernelCall {
    private final PtSymbolBlock module;
    private final String method;
    private final List<IValue> arguments = new ArrayList<>(6);

    KernelCall(PtSymbolBlock module, String method) {
        this.module = module;
        this.method = method;
    }

    KernelCall with(NDArray array) {
        arguments.add(IValue.from((PtNDArray) array));
        return this;
    }

    KernelCall with(long number) {
        arguments.add(IValue.from(number));
        return this;
    }

    KernelCall with(double number) {
        arguments.add(IValue.from(number));
        return this;
    }

    /** Runs the method; its result belongs to the manager. */
    NDArray into(NDManager manager) {
        return allInto(manager).singletonOrThrow();
    }

    /** Runs a method that gives a list or tuple; the arrays belong to the manager. */
    NDList allInto(NDManager manager) {
        try (IValue result = IValueUtils.runMethod(module, method, arguments.toArray(IValue[]::new))) {
            return result.toNDList((PtNDManager) manager);
        } catch (EngineException e) {
            throw new IllegalStateException("The kernel '" + method + "' failed: " + lastLine(e.getMessage()), e);
        } finally {
            arguments.forEach(IValue::close);
        }
    }

    /** libtorch tells the reason below the interpreter's stack. */
    private static String lastLine(String message) {
        return message.strip().lines().reduce("", (line, next) -> next);
    }
}
