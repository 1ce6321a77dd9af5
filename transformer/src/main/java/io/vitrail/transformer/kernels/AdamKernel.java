package io.vitrail.transformer.kernels;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A step of AdamW that reads and writes each number of a weight, its gradient and its moments once. Thread-safe. */
public final class AdamKernel {
    private static final KernelMethods METHODS = new KernelMethods(
            KernelMethods.PYTORCH,
            """
              def adamw(self: __torch__.Kernels, w: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], t: List[Tensor], divisor: Tensor, rate: float, beta1: float, beta2: float, decay: float, epsilon: float) -> Tensor:
                torch._fused_adamw_(w, g, m, v, annotate(List[Tensor], []), t, lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False, grad_scale=divisor)
                return w[0]
              def changes(self: __torch__.Kernels, x: Tensor) -> Tensor:
                return torch.tensor(torch._version(x))
            """);

    private static final Map<Device, Optional<AdamKernel>> BY_DEVICE = new ConcurrentHashMap<>();

    private final KernelArchive archive;

    private AdamKernel(KernelArchive archive) {
        this.archive = archive;
    }

    /**
     * The numbers of a step, named as in Loshchilov and Hutter 2019, algorithm 2.
     *
     * @param decay λ: a step takes rate · λ of the weight away
     * @param gradientScale factor of the gradient
     * @param updates t, counted from 1
     */
    public record Step(
            double rate,
            double beta1,
            double beta2,
            double epsilon,
            double decay,
            double gradientScale,
            long updates) {}

    /** The kernel, if the device's library has it. */
    public static Optional<AdamKernel> of(Device device) {
        return BY_DEVICE.computeIfAbsent(device, AdamKernel::compiled);
    }

    private static Optional<AdamKernel> compiled(Device device) {
        try {
            return Optional.of(new AdamKernel(KernelArchive.compile(device, METHODS)));
        } catch (IllegalStateException e) {
            return Optional.empty();
        }
    }

    /** How often an array was changed in place, as torch counts: a backward pass that adds to a gradient changes it. */
    public long changes(NDArray x) {
        try (NDManager scope = x.getManager().newSubManager()) {
            return archive.call("changes").with(x).into(scope).getLong();
        }
    }

    /** Changes a float32 weight and its moments in place, all of one shape; the gradient isn't needed afterwards. */
    public void update(NDArray weight, NDArray gradient, NDArray mean, NDArray square, Step step) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try (NDManager scope = mean.getManager().newSubManager()) {
            archive.call("adamw")
                    .withList(weight)
                    .withList(gradient)
                    .withList(mean)
                    .withList(square)
                    .withList(scope.create((float) step.updates))
                    .with(scope.create((float) (1 / step.gradientScale)))
                    .with(step.rate)
                    .with(step.beta1)
                    .with(step.beta2)
                    .with(step.decay)
                    .with(step.epsilon)
                    .into(scope);
        } finally {
            JniUtils.setGradMode(before);
        }
    }
}
