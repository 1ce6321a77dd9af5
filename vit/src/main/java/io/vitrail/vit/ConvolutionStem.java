package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.BatchNorm;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Initializers;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.TensorBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A small residual network before the Transformer (Xiao et al. 2021, "Early Convolutions Help Transformers See Better"): each
 * stage halves the picture and refines it by residual blocks (He et al. 2015). [batch, channels, imageHeight, imageWidth] to
 * [batch, width, imageHeight / 2ⁿ, imageWidth / 2ⁿ] after n stages.
 */
final class ConvolutionStem extends TensorBlock {
    private final int channels;
    private final List<TensorBlock> stages = new ArrayList<>();

    /**
     * @param channels of the picture
     * @param widths of the stages
     * @param blocks residual blocks of each stage
     */
    ConvolutionStem(int channels, int[] widths, int[] blocks) {
        this.channels = channels;
        int in = channels;
        for (int stage = 0; stage < widths.length; stage++) {
            add(new NormedConvolution(in, widths[stage], 2));
            for (int block = 0; block < blocks[stage]; block++) {
                add(new ResidualBlock(widths[stage]));
            }
            in = widths[stage];
        }
    }

    private void add(TensorBlock block) {
        stages.add(part(Integer.toString(stages.size()), block));
    }

    /** @throws IllegalArgumentException if the channels are not the model's */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        long given = x.getShape().get(1);
        Check.that(given == channels, "The model needs pictures with %d channels, not %d.", channels, given);
        for (TensorBlock stage : stages) {
            x = stage.forward(x, pass);
        }
        return x;
    }

    /** x + f(x), with f two normed convolutions, and a ReLU behind each (He et al. 2015, equation 1). */
    private static final class ResidualBlock extends TensorBlock {
        private final NormedConvolution first;
        private final NormedConvolution second;

        ResidualBlock(int width) {
            first = part("first", new NormedConvolution(width, width, 1));
            second = part("second", new NormedConvolution(width, width, 1));
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            return Activation.relu(x.add(second.linear(first.forward(x, pass), pass)));
        }
    }

    /** A 3 × 3 convolution, batch normalisation (Ioffe and Szegedy 2015) and ReLU; for inference the norm is folded in. */
    private static final class NormedConvolution extends TensorBlock {
        private static final float EPSILON = 1e-5f;
        private static final float MOMENTUM = 0.9f;

        private final int stride;
        private final Parameter weight;
        private final Parameter scale;
        private final Parameter shift;
        private final Parameter mean;
        private final Parameter variance;
        private Optional<NDArray> foldedWeight = Optional.empty();
        private Optional<NDArray> foldedBias = Optional.empty();

        NormedConvolution(int in, int out, int stride) {
            this.stride = stride;
            weight = parameter("weight", Parameter.Type.WEIGHT, Initializers.HE, out, in, 3, 3);
            scale = parameter("scale", Parameter.Type.GAMMA, Initializers.ONE, out);
            shift = parameter("shift", Parameter.Type.BETA, Initializers.ZERO, out);
            mean = parameter("running_mean", Parameter.Type.RUNNING_MEAN, Initializers.ZERO, out);
            variance = parameter("running_var", Parameter.Type.RUNNING_VAR, Initializers.ONE, out);
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            return Activation.relu(linear(x, pass));
        }

        /** Convolution and norm, without the ReLU. */
        NDArray linear(NDArray x, Pass pass) {
            if (foldedWeight.isPresent()) {
                return pass.operations().convolution(x, foldedWeight.get(), foldedBias, stride);
            }
            NDArray y = pass.operations().convolution(x, value(weight, x, pass), Optional.empty(), stride);
            return BatchNorm.batchNorm(
                            y,
                            value(mean, x, pass),
                            value(variance, x, pass),
                            value(scale, x, pass),
                            value(shift, x, pass),
                            1,
                            MOMENTUM,
                            EPSILON,
                            pass.training() && scale.requiresGradient()) // frozen, it keeps its statistics
                    .singletonOrThrow();
        }

        @Override
        public void prepareFor(Operations operations) {
            NDManager owner = weight.getArray().getManager();
            try (NDManager scope = owner.newSubManager()) {
                NDArray deviation =
                        Scope.lend(variance.getArray(), scope).add(EPSILON).sqrt();
                NDArray factor = Scope.lend(scale.getArray(), scope).div(deviation); // [out]
                NDArray kernels = Scope.lend(weight.getArray(), scope).mul(factor.reshape(-1, 1, 1, 1));
                NDArray bias =
                        Scope.lend(mean.getArray(), scope).mul(factor).neg().add(shift.getArray());
                kernels.attach(owner);
                bias.attach(owner);
                foldedWeight = Optional.of(kernels);
                foldedBias = Optional.of(bias);
            }
            List.of(weight, scale, shift, mean, variance).forEach(Parameter::close);
        }
    }
}
