package io.vitrail.transformer.kernels;

import io.vitrail.transformer.Activation;
import java.util.Locale;
import java.util.Optional;

/**
 * The kernels in TorchScript, for {@link KernelArchive#compile}. Every set has the same methods; sets differ in how a
 * linear layer stores its weight and is computed. A linear layer computes in its weight's number type and gives it; all
 * others but {@code to} keep that of their first argument.
 */
enum KernelSource {
    /**
     * Linear layers by oneDNN, with weights packed once and most activations fused: x86 CPUs. On two cores of a Zen 4,
     * fp32: 1.1 to 1.4 times torch.linear (MKL) at 64 to 1576 rows, 190 to 215 GFLOP/s.
     */
    ONE_DNN("oneDNN") {
        @Override
        String pack() {
            return "ops.mkldnn._reorder_linear_weight(torch.to(w, type), rows)";
        }

        @Override
        String linear() {
            return "ops.mkldnn._linear_pointwise(x, w, b, \"none\", [], \"\")";
        }

        @Override
        Optional<String> linear(Activation activation) {
            return fused(activation).map(attributes -> "ops.mkldnn._linear_pointwise(x, w, b, " + attributes + ")");
        }
    },

    /**
     * Linear layers as the device's own library has them, with weights as loaded: GPUs, and CPUs without oneDNN's
     * operators.
     */
    PLAIN(KernelMethods.PYTORCH) {
        @Override
        String pack() {
            return "torch.to(w, type, False, True)"; // a copy, always
        }

        @Override
        String linear() {
            return "torch.linear(x, w, b)";
        }

        @Override
        Optional<String> linear(Activation activation) {
            return Optional.empty();
        }
    };

    private static final String COMMON =
            """
              def to(self: __torch__.Kernels, x: Tensor, type: int) -> Tensor:
                return torch.to(x, type)
              def copy(self: __torch__.Kernels, x: Tensor, type: int) -> Tensor:
                return torch.to(x, type, False, True)
              def attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, scale: float) -> Tensor:
                return torch.scaled_dot_product_attention(torch.type_as(q, k), k, v, None, 0., False, scale=scale)
              def causal_attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, scale: float) -> Tensor:
                return torch.scaled_dot_product_attention(torch.type_as(q, k), k, v, None, 0., True, scale=scale)
              def masked_attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scale: float) -> Tensor:
                return torch.scaled_dot_product_attention(torch.type_as(q, k), k, v, mask, 0., False, scale=scale)
              def block_attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, mask: Tensor, query: int, key: int, scale: float) -> Tensor:
                queries = torch.narrow(torch.type_as(q, k), 2, query, torch.size(mask, 2))
                keys = torch.narrow(k, 2, key, torch.size(mask, 3))
                values = torch.narrow(v, 2, key, torch.size(mask, 3))
                return torch.scaled_dot_product_attention(queries, keys, values, mask, 0., False, scale=scale)
              def floats(self: __torch__.Kernels, x: Tensor) -> Tensor:
                return torch.contiguous(torch.to(x, 6, False, False))
              def plain_linear(self: __torch__.Kernels, x: Tensor, w: Tensor) -> Tensor:
                return torch.linear(x, w, None)
              def layer_norm(self: __torch__.Kernels, x: Tensor, scale: Tensor, shift: Tensor, epsilon: float) -> Tensor:
                return torch.layer_norm(x, torch.size(scale), scale, shift, epsilon)
              def rms_norm(self: __torch__.Kernels, x: Tensor, scale: Tensor, epsilon: float) -> Tensor:
                return torch.rms_norm(x, torch.size(scale), scale, epsilon)
              def rotate(self: __torch__.Kernels, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
                a, b = torch.chunk(x, 2, -1)
                return torch.type_as(torch.add(torch.mul(x, cos), torch.mul(torch.cat([torch.neg(b), a], -1), sin)), x)
              def residual(self: __torch__.Kernels, x: Tensor, update: Tensor) -> Tensor:
                return torch.add_(x, update)
              def scaled_residual(self: __torch__.Kernels, x: Tensor, update: Tensor, scale: Tensor) -> Tensor:
                return torch.add_(x, torch.mul(update, scale))
              def multiply(self: __torch__.Kernels, x: Tensor, y: Tensor) -> Tensor:
                return torch.mul(x, y)
              def room(self: __torch__.Kernels, x: Tensor, rows: int, capacity: int) -> Tensor:
                return torch.new_empty(x, [rows, torch.size(x, 1), capacity, torch.size(x, 3)], dtype=6)
              def write(self: __torch__.Kernels, room: Tensor, x: Tensor, place: int) -> Tensor:
                rows = torch.narrow(room, 0, 0, torch.size(x, 0))
                written = torch.copy_(torch.narrow(rows, 2, place, torch.size(x, 2)), x)
                return torch.narrow(rows, 2, 0, torch.add(place, torch.size(x, 2)))
              def heads(self: __torch__.Kernels, y: Tensor, width: int) -> Tensor:
                return torch.transpose(torch.reshape(y, [torch.size(y, 0), torch.size(y, 1), -1, width]), 1, 2)
              def split(self: __torch__.Kernels, y: Tensor, heads: int, asked: int) -> Tuple[Tensor, Tensor, Tensor]:
                q, k, v = torch.split_with_sizes(y, [heads, asked, asked], 1)
                return (q, k, v)
              def split_turned(self: __torch__.Kernels, y: Tensor, heads: int, asked: int, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
                qk, v = torch.split_with_sizes(y, [torch.add(heads, asked), asked], 1)
                q, k = torch.split_with_sizes((self).rotate(qk, cos, sin), [heads, asked], 1)
                return (q, k, v)
              def project(self: __torch__.Kernels, x: Tensor, w: Tensor, b: Tensor, heads: int, asked: int, width: int) -> Tuple[Tensor, Tensor, Tensor]:
                return (self).split((self).heads((self).linear_linear(x, w, b), width), heads, asked)
              def project_turned(self: __torch__.Kernels, x: Tensor, w: Tensor, b: Tensor, heads: int, asked: int, width: int, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
                return (self).split_turned((self).heads((self).linear_linear(x, w, b), width), heads, asked, cos, sin)
              def attend_last(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, place: int, scale: float) -> Tensor:
                k1 = (self).write(keys, k, place)
                v1 = (self).write(values, v, place)
                rows = torch.size(q, 0)
                grouped = torch.reshape(torch.type_as(q, k1), [rows, torch.size(k1, 1), -1, torch.size(q, 3)])
                y = torch.scaled_dot_product_attention(grouped, k1, v1, None, 0., False, scale=scale)
                return torch.reshape(y, [rows, 1, -1])
              def residual_linear(self: __torch__.Kernels, y: Tensor, w: Tensor, b: Tensor, x: Tensor) -> Tensor:
                return torch.add_(x, (self).linear_linear(y, w, b))
              def tokens(self: __torch__.Kernels, x: Tensor, first: int, count: int) -> Tensor:
                return torch.narrow(x, 2, first, count)
              def copy_rows(self: __torch__.Kernels, source: Tensor, target: Tensor, tokens: int, rows: Tensor, places: Tensor) -> Tensor:
                copied = torch.index_select(torch.narrow(source, 2, 0, tokens), 0, rows)
                return torch.index_copy_(torch.narrow(target, 2, 0, tokens), 0, places, copied)
            """;

    /** For training: gradients flow through. */
    static final KernelMethods TRAINING = new KernelMethods(
            KernelMethods.PYTORCH,
            """
              def attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
                return torch.scaled_dot_product_attention(q, k, v, None, 0., False)
              def causal_attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
                return torch.scaled_dot_product_attention(q, k, v, None, 0., True)
              def masked_attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
                return torch.scaled_dot_product_attention(q, k, v, mask, 0., False)
              def dropped_attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, p: Tensor) -> Tensor:
                return torch.scaled_dot_product_attention(q, k, v, None, float(p), False)
              def dropped_causal_attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, p: Tensor) -> Tensor:
                return torch.scaled_dot_product_attention(q, k, v, None, float(p), True)
              def dropped_masked_attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, mask: Tensor, p: Tensor) -> Tensor:
                return torch.scaled_dot_product_attention(q, k, v, mask, float(p), False)
              def convolved(self: __torch__.Kernels, x: Tensor, w: Tensor) -> Tensor:
                return (self).row((self).picture(x), w, None)
              def biased_convolved(self: __torch__.Kernels, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
                return (self).row((self).picture(x), w, b)
              def picture(self: __torch__.Kernels, x: Tensor) -> Tensor:
                return torch.unsqueeze(torch.transpose(x, 1, 2), 2)
              def row(self: __torch__.Kernels, x: Tensor, w: Tensor, b: Optional[Tensor]) -> Tensor:
                y = torch.conv2d(x, torch.unsqueeze(torch.unsqueeze(w, 2), 3), b, [1, 1], [0, 0], [1, 1], 1)
                return torch.transpose(torch.squeeze(y, 2), 1, 2)
            """);

    /** The same with products in bfloat16, float32 before and behind. */
    static final KernelMethods MIXED = new KernelMethods(
            KernelMethods.PYTORCH,
            TRAINING.text()
                    + """
              def linear(self: __torch__.Kernels, x: Tensor, w: Tensor) -> Tensor:
                return torch.to(torch.linear(torch.to(x, 15), torch.to(w, 15), None), 6)
              def biased_linear(self: __torch__.Kernels, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
                return torch.to(torch.linear(torch.to(x, 15), torch.to(w, 15), torch.to(b, 15)), 6)
              def convolution_1(self: __torch__.Kernels, x: Tensor, w: Tensor) -> Tensor:
                return torch.to(torch.conv2d(torch.to(x, 15), torch.to(w, 15), None, [1, 1], [1, 1], [1, 1], 1), 6)
              def convolution_2(self: __torch__.Kernels, x: Tensor, w: Tensor) -> Tensor:
                return torch.to(torch.conv2d(torch.to(x, 15), torch.to(w, 15), None, [2, 2], [1, 1], [1, 1], 1), 6)
            """);

    private static final String PACK =
            """
              def pack(self: __torch__.Kernels, w: Tensor, type: int, rows: int) -> Tensor:
                return {result}
            """;

    private static final String WITH_ACTIVATION =
            """
              def activate_{name}(self: __torch__.Kernels, y: Tensor) -> Tensor:
                return {activation}
              def linear_{name}(self: __torch__.Kernels, z: Tensor, w: Tensor, b: Tensor) -> Tensor:
                x = torch.type_as(z, b)
                y = {linear}
                return {result}
              def gated_{name}(self: __torch__.Kernels, z: Tensor, w: Tensor, b: Tensor) -> Tensor:
                y, u = torch.chunk((self).linear_linear(z, w, b), 2, -1)
                return torch.mul({activation}, u)
            """;

    /**
     * Linear layers with weights of 8 bits. The operator that multiplies them as they are is the faster one for one or two rows
     * only: on a Zen 4, 0.9 times bfloat16's time for one row, 2.6 times for 16; there they are turned into bfloat16 first. It
     * reads 32 numbers of a row at a time, beyond the row's end if the width isn't a multiple of that, and may crash.
     */
    private static final String INT8 =
            """
              def scales(self: __torch__.Kernels, w: Tensor) -> Tensor:
                return torch.to(torch.clamp(torch.div(torch.amax(torch.abs(w), [1]), 127.), 1e-12), 15)
              def quantize(self: __torch__.Kernels, w: Tensor, s: Tensor) -> Tensor:
                q = torch.round(torch.div(w, torch.unsqueeze(torch.to(s, 6), 1)))
                return torch.to(torch.clamp(q, -127., 127.), 1)
              def int8_linear(self: __torch__.Kernels, z: Tensor, w: Tensor, s: Tensor, b: Tensor) -> Tensor:
                x = torch.reshape(torch.to(z, 15), [-1, torch.size(w, 1)])
                whole = torch.eq(torch.remainder(torch.size(w, 1), 32), 0)
                if torch.__and__(whole, torch.le(torch.size(x, 0), 2)):
                  y = torch._weight_int8pack_mm(x, w, s)
                else:
                  y = torch.linear(x, torch.mul(torch.to(w, 15), torch.unsqueeze(s, 1)), None)
                shape = torch.add(torch.slice(torch.size(z), 0, -1, 1), [torch.size(w, 0)])
                return torch.reshape(torch.add(y, b), shape)
              def int8_project(self: __torch__.Kernels, x: Tensor, w: Tensor, s: Tensor, b: Tensor, heads: int, asked: int, width: int) -> Tuple[Tensor, Tensor, Tensor]:
                return (self).split((self).heads((self).int8_linear(x, w, s, b), width), heads, asked)
              def int8_project_turned(self: __torch__.Kernels, x: Tensor, w: Tensor, s: Tensor, b: Tensor, heads: int, asked: int, width: int, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
                return (self).split_turned((self).heads((self).int8_linear(x, w, s, b), width), heads, asked, cos, sin)
              def int8_residual_linear(self: __torch__.Kernels, y: Tensor, w: Tensor, s: Tensor, b: Tensor, x: Tensor) -> Tensor:
                return torch.add_(x, (self).int8_linear(y, w, s, b))
            """;

    private static final String INT8_WITH_ACTIVATION =
            """
              def int8_linear_{name}(self: __torch__.Kernels, z: Tensor, w: Tensor, s: Tensor, b: Tensor) -> Tensor:
                y = (self).int8_linear(z, w, s, b)
                return {activation}
              def int8_gated_{name}(self: __torch__.Kernels, z: Tensor, w: Tensor, s: Tensor, b: Tensor) -> Tensor:
                y, u = torch.chunk((self).int8_linear(z, w, s, b), 2, -1)
                return torch.mul({activation}, u)
            """;

    private final String library;

    KernelSource(String library) {
        this.library = library;
    }

    /** What names of methods with an activation end in. */
    static String name(Activation activation) {
        return activation.name().toLowerCase(Locale.ROOT);
    }

    /** All methods of this set. */
    KernelMethods methods() {
        StringBuilder methods = new StringBuilder(COMMON).append(PACK.replace("{result}", pack()));
        for (Activation activation : Activation.values()) {
            methods.append(methods(activation));
        }
        return new KernelMethods(library, methods.toString());
    }

    /** All methods of this set, and linear layers with weights of 8 bits. */
    KernelMethods methodsWithInt8() {
        StringBuilder methods = new StringBuilder(methods().text()).append(INT8);
        for (Activation activation : Activation.values()) {
            methods.append(INT8_WITH_ACTIVATION
                    .replace("{name}", name(activation))
                    .replace("{activation}", expression(activation)));
        }
        return new KernelMethods(library, methods.toString());
    }

    private String methods(Activation activation) {
        Optional<String> fused = linear(activation);
        return WITH_ACTIVATION
                .replace("{name}", name(activation))
                .replace("{activation}", expression(activation))
                .replace("{linear}", fused.orElse(linear()))
                .replace("{result}", fused.isPresent() ? "y" : expression(activation));
    }

    /** Brings a weight w [outWidth, inWidth] into a number type and the layout for this many rows. */
    abstract String pack();

    /** x wᵀ + b. */
    abstract String linear();

    /** The same with the activation, where one operator does both. */
    abstract Optional<String> linear(Activation activation);

    /** The activation of y; {@link Activation} defines each. */
    private static String expression(Activation activation) {
        return switch (activation) {
            case LINEAR -> "y";
            case GELU -> "torch.gelu(y)";
            case GELU_TANH -> "torch.gelu(y, approximate=\"tanh\")";
            case QUICK_GELU -> "torch.mul(y, torch.sigmoid(torch.mul(y, 1.702)))";
            case CLIPPED_GELU -> "torch.clamp(torch.gelu(y), -10., 10.)";
            case RELU -> "torch.relu(y)";
            case RELU_SQUARED -> "torch.square(torch.relu(y))";
            case RELU6 -> "torch.hardtanh(y, 0., 6.)";
            case LEAKY_RELU -> "torch.leaky_relu(y, 0.01)";
            case SILU -> "torch.silu(y)";
            case MISH -> "torch.mish(y)";
            case TANH -> "torch.tanh(y)";
            case SIGMOID -> "torch.sigmoid(y)";
            case LAPLACE -> "torch.mul(torch.add(torch.erf(torch.div(torch.sub(y, 0.707107), 0.3989426)), 1.), 0.5)";
        };
    }

    /** oneDNN's name, numbers and algorithm for an activation that it fuses. */
    private static Optional<String> fused(Activation activation) {
        return switch (activation) {
            case GELU -> Optional.of("\"gelu\", [], \"none\"");
            case GELU_TANH -> Optional.of("\"gelu\", [], \"tanh\"");
            case RELU -> Optional.of("\"relu\", [], \"\"");
            case RELU6 -> Optional.of("\"hardtanh\", annotate(List[Optional[number]], [0., 6.]), \"\"");
            case LEAKY_RELU -> Optional.of("\"leaky_relu\", annotate(List[Optional[number]], [0.01]), \"\"");
            case SILU -> Optional.of("\"swish\", [], \"\"");
            case TANH -> Optional.of("\"tanh\", [], \"\"");
            case SIGMOID -> Optional.of("\"sigmoid\", [], \"\"");
            case LINEAR, QUICK_GELU, CLIPPED_GELU, RELU_SQUARED, MISH, LAPLACE -> Optional.empty();
        };
    }
}
