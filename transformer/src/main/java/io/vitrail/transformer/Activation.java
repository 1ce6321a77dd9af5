package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The elementwise non-linearities of published Transformers, each as its paper defines it. Shapes stay as they are. */
public enum Activation {
    /** x. */
    LINEAR("linear") {
        @Override
        public NDArray apply(NDArray x) {
            return x;
        }
    },
    /** x Φ(x), with the exact Gaussian distribution function (Hendrycks and Gimpel 2016). */
    GELU("gelu", "gelu_python") {
        @Override
        public NDArray apply(NDArray x) {
            return ai.djl.nn.Activation.gelu(x);
        }
    },
    /** GELU by the approximation with tanh (Hendrycks and Gimpel 2016, section 2); GPT-2's. */
    GELU_TANH("gelu_pytorch_tanh", "gelu_new", "gelu_fast", "gelu_python_tanh", "gelu_accurate") {
        @Override
        public NDArray apply(NDArray x) {
            NDArray cubic = Numbers.times(x.mul(x), 0.044715).add(1f).mul(x);
            NDArray inner = Numbers.times(cubic, SQRT_2_OVER_PI);
            return Numbers.times(x.mul(inner.tanh().add(1f)), 0.5);
        }
    },
    /** GELU by the approximation x σ(1.702 x); CLIP's. */
    QUICK_GELU("quick_gelu") {
        @Override
        public NDArray apply(NDArray x) {
            return x.mul(ai.djl.nn.Activation.sigmoid(Numbers.times(x, 1.702)));
        }
    },
    /** GELU within ±10, so that 8 bits hold it (Wu et al. 2020). */
    CLIPPED_GELU("gelu_10") {
        @Override
        public NDArray apply(NDArray x) {
            return ai.djl.nn.Activation.gelu(x).clip(-10f, 10f);
        }
    },
    /** max(x, 0). */
    RELU("relu") {
        @Override
        public NDArray apply(NDArray x) {
            return ai.djl.nn.Activation.relu(x);
        }
    },
    /** max(x, 0)² (So et al. 2021). */
    RELU_SQUARED("relu2") {
        @Override
        public NDArray apply(NDArray x) {
            return ai.djl.nn.Activation.relu(x).square();
        }
    },
    /** min(max(x, 0), 6). */
    RELU6("relu6") {
        @Override
        public NDArray apply(NDArray x) {
            return x.clip(0f, 6f);
        }
    },
    /** x for positive x, else 0.01 x. */
    LEAKY_RELU("leaky_relu") {
        @Override
        public NDArray apply(NDArray x) {
            return ai.djl.nn.Activation.leakyRelu(x, 0.01f);
        }
    },
    /** x σ(x), also called swish (Elfwing et al. 2017). */
    SILU("silu", "swish") {
        @Override
        public NDArray apply(NDArray x) {
            return x.mul(ai.djl.nn.Activation.sigmoid(x));
        }
    },
    /** x tanh(log(1 + eˣ)) (Misra 2019). */
    MISH("mish") {
        @Override
        public NDArray apply(NDArray x) {
            return x.mul(ai.djl.nn.Activation.softPlus(x).tanh());
        }
    },
    /** tanh(x). */
    TANH("tanh") {
        @Override
        public NDArray apply(NDArray x) {
            return x.tanh();
        }
    },
    /** 1 / (1 + e⁻ˣ). */
    SIGMOID("sigmoid") {
        @Override
        public NDArray apply(NDArray x) {
            return ai.djl.nn.Activation.sigmoid(x);
        }
    },
    /** ½ (1 + erf((x − μ) / (σ √2))) with μ = √½ and σ = 1 / √(4π): like squared ReLU, up to 1 (Ma et al. 2022). */
    LAPLACE("laplace") {
        @Override
        public NDArray apply(NDArray x) {
            NDArray z = Numbers.times(x.sub(0.707107f), 1 / (0.282095 * Math.sqrt(2)));
            return Numbers.times(z.erf().add(1f), 0.5);
        }
    };

    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    private final List<String> names;

    /** The names that checkpoints use, differing in rounding alone; the first is the one to write. */
    Activation(String... names) {
        this.names = List.of(names);
    }

    /** Applies the function to every element; composed of differentiable NDArray operations. */
    public abstract NDArray apply(NDArray x);

    /** The name to write into a checkpoint's config. */
    public String checkpointName() {
        return names.get(0);
    }

    /**
     * The activation that a checkpoint's config names.
     *
     * @throws IllegalArgumentException for an unknown name; the message lists the known ones
     */
    public static Activation named(String name) {
        return Arrays.stream(values())
                .filter(activation -> activation.names.contains(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> unknown(name));
    }

    private static IllegalArgumentException unknown(String name) {
        List<String> known = Arrays.stream(values())
                .flatMap(activation -> activation.names.stream())
                .sorted()
                .toList();
        return new IllegalArgumentException("Activation '" + name + "' is not supported; known: " + known + ".");
    }
}
