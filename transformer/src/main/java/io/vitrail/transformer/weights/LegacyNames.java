package io.vitrail.transformer.weights;

/**
 * Names of weights that older libraries wrote, to the names that models have today; the rules are those of {@code
 * _fix_state_dict_key_on_load} in transformers 4.57.6 (modeling_utils.py): TensorFlow's names of layer norms, and
 * weight norm before PyTorch's parametrizations.
 */
final class LegacyNames {
    private LegacyNames() {}

    static String modern(String name) {
        if (name.endsWith("LayerNorm.beta")) {
            return name.replace("LayerNorm.beta", "LayerNorm.bias");
        }
        if (name.endsWith("LayerNorm.gamma")) {
            return name.replace("LayerNorm.gamma", "LayerNorm.weight");
        }
        if (name.endsWith("weight_g")) {
            return name.replace("weight_g", "parametrizations.weight.original0");
        }
        if (name.endsWith("weight_v")) {
            return name.replace("weight_v", "parametrizations.weight.original1");
        }
        return name;
    }
}
