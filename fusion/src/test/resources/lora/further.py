"""Further cases of LoRA adapters, for the oracle: make_goldens.py --variant further --variants-file further.py --seed 7"""

from dev_variants import _VIT_ENC

VARIANTS = {
    "lora": {
        "vit_bias": dict(
            about="All biases are trained too.",
            model="ViTForImageClassification", config_class="ViTConfig", config=_VIT_ENC, labels=4, input=(2, 3, 32, 32),
            lora=dict(r=3, lora_alpha=7, target_modules=["query", "key"], bias="all"),
            merged_weights=["vit.encoder.layer.0.attention.attention.query.weight"]),
        "gpt2": dict(
            about="Layers that are stored with their axes swapped, and three as one.",
            model="GPT2ForSequenceClassification", config_class="GPT2Config",
            config=dict(n_embd=32, n_layer=2, n_head=4, n_positions=64, pad_token_id=0), labels=3, text=True,
            lora=dict(r=4, lora_alpha=9, target_modules=["c_attn", "c_proj", "c_fc"]),
            merged_weights=["transformer.h.0.attn.c_attn.weight", "transformer.h.1.attn.c_proj.weight"]),
    }
}
