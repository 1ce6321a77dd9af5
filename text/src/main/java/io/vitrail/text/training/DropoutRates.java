package io.vitrail.text.training;

import io.vitrail.transformer.AttentionDropout;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ResidualDropout;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.ModelCatalogue;
import java.util.Map;

/**
 * How much of its numbers a model leaves out while it learns.
 *
 * @param residual of what sub-layers add, and of the tokens that enter the blocks
 * @param attention of attention's weights
 */
record DropoutRates(float residual, float attention) {
    static final DropoutRates NONE = new DropoutRates(0, 0);

    private static final double USUAL = 0.1;

    /** Where a model type's config says what sub-layers leave out; other types leave out nothing. */
    private static final Map<String, String> RESIDUAL = Map.of(
            "bert", "hidden_dropout_prob",
            "roberta", "hidden_dropout_prob",
            "distilbert", "dropout",
            "opt", "dropout",
            "openai-gpt", "resid_pdrop",
            "gpt2", "resid_pdrop");

    /** The config's own, or else the reference's for the model type. */
    static DropoutRates of(ConfigJson json) {
        String residual = RESIDUAL.get(ModelCatalogue.type(json));
        return new DropoutRates(
                residual == null ? 0 : (float) json.number(residual, USUAL), AttentionDropout.rate(json));
    }

    /** The pass with dropout, where the model learns. */
    Pass in(Pass pass) {
        if (!pass.training()) {
            return pass;
        }
        Operations operations = AttentionDropout.of(pass.operations(), attention);
        return pass.withOperations(residual > 0 ? new ResidualDropout(operations, residual) : operations);
    }
}
