package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

/**
 * Pools tokens by attention: a learned probe asks them all, and an MLP follows (Lee et al. 2019, Set Transformer,
 * section 3.2; Zhai et al. 2022, "Scaling Vision Transformers", section 3.2). [batch, tokens, width] to [batch, width].
 */
public final class AttentionPooling extends TensorBlock {
    private final AttentionConfig config;
    private final Parameter probe;
    private final StackedProjections projections;
    private final Linear output;
    private final TokenNorm norm;
    private final Mlp mlp;

    /** Of the same width, heads, norms and activation as the encoder's blocks. */
    public AttentionPooling(EncoderConfig encoder) {
        config = AttentionConfig.of(encoder.width(), encoder.heads());
        probe = parameter("probe", Parameter.Type.OTHER, Initializers.NORMAL, 1, 1, config.width());
        projections = part("projections", new StackedProjections(config.width(), config.heads()));
        output = part("output", new Linear(config.width(), config.width()));
        norm = part("norm", encoder.norm());
        mlp = part("mlp", new Mlp(encoder.width(), encoder.mlpWidth(), encoder.activation()));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        x = asked(x, pass); // [batch, 1, width]
        x = x.add(mlp.forward(norm.forward(x, pass), pass));
        return x.get(":, 0"); // [batch, width]
    }

    /** What the probe learns of the tokens. Its attention weights aren't among those that a trace records. */
    private NDArray asked(NDArray x, Pass pass) {
        long batch = x.getShape().get(0);
        NDArray probes =
                x.getManager().zeros(new Shape(batch, 1, config.width())).add(value(probe, x, pass));
        NDArray q = projections.query(probes, pass); // [batch, heads, 1, headWidth]
        KeyValue asked = projections.keyValue(x, pass);
        NDArray mixed = pass.operations().attention(q, asked.k(), asked.v(), AttentionMask.NONE, config.scale());
        return output.forward(Heads.join(mixed), pass);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), config.width())};
    }
}
