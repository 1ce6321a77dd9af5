package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import java.util.Locale;
import java.util.Map;

/** The elementwise non-linearities of published Transformers, each as its paper defines it. Shapes stay as they are. */
public enum Activation {
    /** x. */
    LINEAR {
        @Override
        public NDArray apply(NDArray x) {
            return x;
        }
    },
    /** x Φ(x), with the exact Gaussian distribution function (Hendrycks and Gimpel 2016). */
    GELU {
        @Override
        public NDArray apply(NDArray x) {
            return ai.djl.nn.Activation.gelu(x);
        }
    },
    /** GELU by the approximation with tanh (Hendrycks and Gimpel 2016, section 2); GPT-2's. */
    GELU_TANH {
        @Override
        public NDArray apply(NDArray x) {
            NDArray cubic = Numbers.times(x.mul(x), 0.044715).add(1f).mul(x);
            NDArray inner = Numbers.times(cubic, SQRT_2_OVER_PI);
            return Numbers.times(x.mul(inner.tanh().add(1f)), 0.5);
        }
    },
    /** GELU by the approximation x σ(1.702 x); CLIP's. */
    QUICK_GELU {
        @Override
        public NDArray apply(NDArray x) {
            return x.mul(ai.djl.nn.Activation.sigmoid(Numbers.times(x, 1.702)));
        }
    },
    /** max(x, 0). */
    RELU {
        @Override
        public NDArray apply(NDArray x) {
            return ai.djl.nn.Activation.relu(x);
        }
    },
    /** max(x, 0)² (So et al. 2021). */
    RELU_SQUARED {
        @Override
        public NDArray apply(NDArray x) {
            return ai.djl.nn.Activation.relu(x).square();
        }
    },
    /** min(max(x, 0), 6). */
    RELU6 {
        @Override
        public NDArray apply(NDArray x) {
            return x.clip(0f, 6f);
        }
    },
    /** x for positive x, else 0.01 x. */
    LEAKY_RELU {
        @Override
        public NDArray apply(NDArray x) {
            return ai.djl.nn.Activation.leakyRelu(x, 0.01f);
        }
    },
    /** x σ(x), also called swish (Elfwing et al. 2017). */
    SILU {
        @Override
        public NDArray apply(NDArray x) {
            return x.mul(ai.djl.nn.Activation.sigmoid(x));
        }
    },
    /** x tanh(log(1 + eˣ)) (Misra 2019). */
    MISH {
        @Override
        public NDArray apply(NDArray x) {
            return x.mul(ai.djl.nn.Activation.softPlus(x).tanh());
        }
    },
    /** tanh(x). */
    TANH {
        @Override
        public NDArray apply(NDArray x) {
            return x.tanh();
        }
    },
    /** 1 / (1 + e⁻ˣ). */
    SIGMOID {
        @Override
        public NDArray apply(NDArray x) {
            return ai.djl.nn.Activation.sigmoid(x);
        }
    };

    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    /** The names that checkpoints use. Those of one line differ in rounding alone. */
    private static final Map<String, Activation> BY_NAME = Map.ofEntries(
            Map.entry("linear", LINEAR),
            Map.entry("gelu", GELU),
            Map.entry("gelu_python", GELU),
            Map.entry("gelu_new", GELU_TANH),
            Map.entry("gelu_fast", GELU_TANH),
            Map.entry("gelu_pytorch_tanh", GELU_TANH),
            Map.entry("gelu_python_tanh", GELU_TANH),
            Map.entry("gelu_accurate", GELU_TANH),
            Map.entry("quick_gelu", QUICK_GELU),
            Map.entry("relu", RELU),
            Map.entry("relu2", RELU_SQUARED),
            Map.entry("relu6", RELU6),
            Map.entry("leaky_relu", LEAKY_RELU),
            Map.entry("silu", SILU),
            Map.entry("swish", SILU),
            Map.entry("mish", MISH),
            Map.entry("tanh", TANH),
            Map.entry("sigmoid", SIGMOID));

    /** Applies the function to every element; composed of differentiable NDArray operations. */
    public abstract NDArray apply(NDArray x);

    /** The name that checkpoints' configs have for it. */
    public String checkpointName() {
        return switch (this) {
            case GELU_TANH -> "gelu_pytorch_tanh";
            case RELU_SQUARED -> "relu2";
            default -> name().toLowerCase(Locale.ROOT);
        };
    }

    /**
     * The activation that a checkpoint's config names.
     *
     * @throws IllegalArgumentException for an unknown name; the message lists the known ones
     */
    public static Activation named(String name) {
        Activation activation = BY_NAME.get(name.toLowerCase(Locale.ROOT));
        Check.that(
                activation != null,
                "Activation '%s' is not supported; known: %s.",
                name,
                BY_NAME.keySet().stream().sorted().toList());
        return activation;
    }
}
