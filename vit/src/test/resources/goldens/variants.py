"""Cases beside those of make_goldens.py's own table: other sizes, shapes, activations and flags of every vision family.

    python make_goldens.py --out DIR --variant library --variants-file variants.py
"""

TRACES = dict(output_hidden_states=True, output_attentions=True)
STAGES = ["hidden_states*", "attentions*"]
FEATURES = ["last_hidden_state", "pooler_output"]
INTERPOLATE = dict(interpolate_pos_encoding=True)

TINY = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40)
DINO2 = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=6, image_size=30, patch_size=10, mlp_ratio=2.3)
DINO3 = dict(TINY, image_size=30, patch_size=10)
MAE = dict(TINY, decoder_hidden_size=8, decoder_num_hidden_layers=1, decoder_num_attention_heads=2,
           decoder_intermediate_size=12)
BEIT = dict(TINY, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, drop_path_rate=0.0, image_size=24,
            patch_size=8, vocab_size=30)
SWIN = dict(image_size=32, patch_size=4, embed_dim=12, depths=[2, 2], num_heads=[3, 2], window_size=4, mlp_ratio=2.0)
SPATIAL = STAGES + ["reshaped_hidden_states*"]
TWO_BY_EIGHT = dict(image_size=[20, 80], patch_size=10)
AS_MANY = [dict(name="turned", input=(1, 3, 20, 80), keep=FEATURES),
           dict(name="remainders", input=(1, 3, 43, 48), keep=FEATURES),
           dict(name="turned_asked", input=(1, 3, 20, 80), keep=FEATURES, options=INTERPOLATE),
           dict(name="square_asked", input=(1, 3, 45, 45), keep=FEATURES, options=INTERPOLATE)]


def case(about, model, config, size, keep, **more):
    return dict(about=about, model=model, config=config, input=size, keep=keep, **more)


VARIANTS = {
    "vit": {
        "oblong": case(
            "Picture and patches that aren't square, quick GELU, no biases of queries, keys and values.",
            "ViTForImageClassification",
            dict(TINY, image_size=[20, 30], patch_size=[10, 6], hidden_act="quick_gelu", qkv_bias=False,
                 layer_norm_eps=1e-3),
            (3, 3, 20, 30), ["logits"] + STAGES, options=TRACES, labels=7),
        "gray": case(
            "One channel, ReLU, a pooler with its own width and activation; smaller and larger pictures.",
            "ViTModel",
            dict(TINY, image_size=27, patch_size=9, num_channels=1, hidden_act="relu", pooler_output_size=11,
                 pooler_act="gelu"),
            (2, 1, 27, 27), FEATURES + STAGES, options=TRACES,
            more=[dict(name="wide", input=(1, 1, 40, 58), options=dict(TRACES, **INTERPOLATE), keep=FEATURES + STAGES),
                  dict(name="small", input=(2, 1, 18, 20), options=INTERPOLATE, keep=FEATURES)]),
        "two_by_eight": case(
            "2 × 8 patches: as many as a square has, for which their positions are taken when they are interpolated.",
            "ViTForImageClassification", dict(TINY, **TWO_BY_EIGHT), (2, 3, 20, 80), ["logits"], labels=3,
            more=[dict(name="asked", input=(1, 3, 20, 80), options=INTERPOLATE, keep=["logits"]),
                  dict(name="square", input=(1, 3, 45, 45), options=INTERPOLATE, keep=["logits"]),
                  dict(name="one_patch", input=(1, 3, 10, 10), options=INTERPOLATE, keep=["logits"])]),
        "traced_by_config": case(
            "The config asks for hidden states and attentions; a call can do without.", "ViTForImageClassification",
            dict(TINY, image_size=20, patch_size=10, **TRACES), (2, 3, 20, 20), ["logits"] + STAGES, labels=3,
            more=[dict(name="without", options=dict(output_hidden_states=False, output_attentions=False),
                       keep=["logits"])]),
    },
    "vit_mae": {
        "masked": case(
            "Three of five patches are left out, in the order of the noise.", "ViTMAEModel",
            dict(MAE, image_size=30, patch_size=6, mask_ratio=0.6, hidden_act="relu", qkv_bias=False),
            (3, 3, 30, 30), ["last_hidden_state", "mask", "ids_restore"] + STAGES, options=TRACES, patches=25),
        "gray": case(
            "The default mask ratio, one channel.", "ViTMAEModel",
            dict(MAE, image_size=27, patch_size=9, num_channels=1), (2, 1, 27, 27),
            ["last_hidden_state", "mask", "ids_restore"] + STAGES, options=TRACES, patches=9),
        "interpolated": case(
            "Positions interpolated to another picture.", "ViTMAEModel",
            dict(MAE, image_size=30, patch_size=6, mask_ratio=0.4, hidden_act="silu"), (2, 3, 24, 42),
            ["last_hidden_state", "mask", "ids_restore"] + STAGES, options=dict(TRACES, **INTERPOLATE), patches=28),
        "pretraining": case(
            "With the decoder's weights, which the encoder ignores.", "ViTMAEForPreTraining",
            dict(MAE, image_size=27, patch_size=9, mask_ratio=0.5), (2, 3, 27, 27), ["mask", "ids_restore"] + STAGES,
            options=TRACES, patches=9),
        "two_by_eight": case(
            "2 × 8 patches, whose positions are interpolated as if they were 4 × 4.", "ViTMAEModel",
            dict(MAE, **TWO_BY_EIGHT, mask_ratio=0.5), (2, 3, 20, 80), ["last_hidden_state"], options=INTERPOLATE,
            patches=16),
    },
    "deit": {
        "oblong": case(
            "Picture and patches that aren't square, quick GELU, no biases of queries, keys and values.",
            "DeiTForImageClassification",
            dict(TINY, image_size=[20, 30], patch_size=[10, 6], hidden_act="quick_gelu", qkv_bias=False,
                 layer_norm_eps=1e-3),
            (3, 3, 20, 30), ["logits"] + STAGES, options=TRACES, labels=7),
        "gray": case(
            "One channel, ReLU, a pooler with its own width and activation; smaller and larger pictures.",
            "DeiTModel",
            dict(TINY, image_size=27, patch_size=9, num_channels=1, hidden_act="relu", pooler_output_size=11,
                 pooler_act="gelu"),
            (2, 1, 27, 27), FEATURES + STAGES, options=TRACES,
            more=[dict(name="wide", input=(1, 1, 40, 58), options=dict(TRACES, **INTERPOLATE), keep=FEATURES + STAGES),
                  dict(name="small", input=(2, 1, 18, 20), options=INTERPOLATE, keep=FEATURES)]),
        "teacher_one_layer": case(
            "Both heads, GELU with tanh; another picture size.", "DeiTForImageClassificationWithTeacher",
            dict(TINY, image_size=24, patch_size=8, hidden_act="gelu_pytorch_tanh", num_hidden_layers=1),
            (2, 3, 24, 24), ["logits", "cls_logits", "distillation_logits"] + STAGES, options=TRACES, labels=3,
            more=[dict(name="interpolated", input=(1, 3, 32, 40), options=INTERPOLATE,
                       keep=["logits", "cls_logits", "distillation_logits"])]),
        "as_many_patches": case(
            "Pictures of other sizes with as many patches, whose positions are taken in order, and interpolated.",
            "DeiTModel", dict(TINY, image_size=40, patch_size=10), (1, 3, 40, 40), FEATURES, more=AS_MANY),
    },
    "dinov2": {
        "sizes": case(
            "Pictures with remainders, of the table's own size, of as many patches otherwise laid out, and smaller.",
            "Dinov2Model",
            dict(DINO2, hidden_act="silu", qkv_bias=False, layerscale_value=0.3, drop_path_rate=0.2,
                 layer_norm_eps=1e-4),
            (2, 3, 33, 41), FEATURES + STAGES, options=TRACES,
            more=[dict(name="native", input=(1, 3, 30, 30), keep=FEATURES),
                  dict(name="same_count", input=(1, 3, 10, 90), keep=FEATURES),
                  dict(name="smaller", input=(1, 3, 20, 10), keep=FEATURES)]),
        "without_mask_token": case(
            "GELU with tanh, no mask token, an oblong picture.", "Dinov2ForImageClassification",
            dict(DINO2, use_mask_token=False, mlp_ratio=3, hidden_act="gelu_new"), (2, 3, 50, 20), ["logits"] + STAGES,
            options=TRACES, labels=4),
        "swiglu": case(
            "SwiGLU with a ratio whose width is rounded up; its activation isn't the config's.", "Dinov2Model",
            dict(DINO2, use_swiglu_ffn=True, mlp_ratio=3.7, hidden_act="relu"), (2, 3, 30, 50), FEATURES + STAGES,
            options=TRACES),
        "two_by_eight": case(
            "2 × 8 patches, whose positions are always interpolated as if they were 4 × 4.", "Dinov2Model",
            dict(DINO2, **TWO_BY_EIGHT), (2, 3, 20, 80), FEATURES,
            more=[dict(name="square", input=(1, 3, 40, 40), keep=FEATURES)]),
    },
    "dinov2_registers": {
        "sizes": case(
            "Five registers; positions enlarged, reduced, and both at once.", "Dinov2WithRegistersModel",
            dict(DINO2, image_size=60, hidden_act="relu", num_register_tokens=5, qkv_bias=False), (2, 3, 30, 30),
            FEATURES + STAGES, options=TRACES,
            more=[dict(name="larger", input=(1, 3, 80, 70), keep=FEATURES),
                  dict(name="mixed", input=(1, 3, 25, 110), keep=FEATURES)]),
        "swiglu": case(
            "One register, SwiGLU.", "Dinov2WithRegistersForImageClassification",
            dict(DINO2, use_swiglu_ffn=True, num_register_tokens=1, mlp_ratio=4), (2, 3, 40, 20), ["logits"] + STAGES,
            options=TRACES, labels=4),
        "no_registers": case(
            "None.", "Dinov2WithRegistersForImageClassification", dict(DINO2, num_register_tokens=0, mlp_ratio=4),
            (2, 3, 30, 40), ["logits"] + STAGES, options=TRACES, labels=4),
        "two_by_eight": case(
            "2 × 8 patches, whose positions are always interpolated as if they were 4 × 4.", "Dinov2WithRegistersModel",
            dict(DINO2, **TWO_BY_EIGHT), (2, 3, 20, 80), FEATURES,
            more=[dict(name="square", input=(1, 3, 40, 40), keep=FEATURES)]),
    },
    "dinov3_vit": {
        "gated": case(
            "SwiGLU, few biases, another base of frequencies.", "DINOv3ViTModel",
            dict(DINO3, use_gated_mlp=True, hidden_act="silu", mlp_bias=False, query_bias=False, value_bias=False,
                 proj_bias=False, num_register_tokens=2, rope_theta=20.0, layerscale_value=0.1),
            (2, 3, 30, 50), FEATURES + STAGES, options=TRACES),
        "no_registers": case(
            "A bias of the keys, narrow heads, pictures with remainders.", "DINOv3ViTModel",
            dict(DINO3, key_bias=True, hidden_act="gelu_pytorch_tanh", layer_norm_eps=1e-3, drop_path_rate=0.3,
                 num_attention_heads=6),
            (3, 3, 44, 37), FEATURES + STAGES, options=TRACES),
        "four_channels": case(
            "Four channels, a gate with ReLU.", "DINOv3ViTModel",
            dict(DINO3, num_channels=4, image_size=32, patch_size=8, query_bias=False, num_register_tokens=1,
                 hidden_act="relu", use_gated_mlp=True),
            (1, 4, 24, 40), FEATURES + STAGES, options=TRACES),
    },
    "beit": {
        "plain": case("No positions at all.", "BeitModel", dict(BEIT), (2, 3, 24, 24), FEATURES + STAGES,
                      options=TRACES),
        "relative_resized": case(
            "A relative bias in each layer, for other pictures too.", "BeitModel",
            dict(BEIT, use_relative_position_bias=True), (2, 3, 24, 24), FEATURES + STAGES, options=TRACES,
            more=[dict(name="larger", input=(1, 3, 40, 56), keep=FEATURES),
                  dict(name="asked", input=(2, 3, 35, 18), keep=FEATURES, options=INTERPOLATE)]),
        "all_positions": case(
            "Absolute positions, a bias in each layer and a shared one; the class token is pooled; one channel.",
            "BeitForImageClassification",
            dict(BEIT, use_relative_position_bias=True, use_shared_relative_position_bias=True,
                 use_absolute_position_embeddings=True, use_mean_pooling=False, hidden_act="gelu_new",
                 layer_norm_eps=1e-5, layer_scale_init_value=1e-5, num_channels=1),
            (2, 1, 24, 24), ["logits"] + STAGES, options=TRACES, labels=6,
            more=[dict(name="larger", input=(1, 1, 32, 40), keep=["logits"]),
                  dict(name="features", model="BeitModel", keep=FEATURES)]),
        "shared_resized": case(
            "A shared bias, no layer scale, ReLU.", "BeitForImageClassification",
            dict(BEIT, use_shared_relative_position_bias=True, hidden_act="relu", layer_scale_init_value=0),
            (2, 3, 24, 24), ["logits"], labels=3,
            more=[dict(name="larger", input=(1, 3, 33, 47), keep=["logits"], options=INTERPOLATE)]),
        "oblong": case(
            "Pictures that aren't square: the reference exchanges rows and columns of the table when it resizes it.",
            "BeitModel", dict(BEIT, image_size=[16, 40], use_relative_position_bias=True), (2, 3, 16, 40), FEATURES,
            more=[dict(name="turned", input=(1, 3, 40, 16), keep=FEATURES)]),
        "oblong_absolute": case(
            "The same with absolute positions and a shared bias.", "BeitModel",
            dict(BEIT, image_size=[8, 72], use_absolute_position_embeddings=True, use_mean_pooling=False,
                 use_shared_relative_position_bias=True),
            (2, 3, 8, 72), FEATURES),
        "oblong_patches": case(
            "Patches that aren't square.", "BeitModel", dict(BEIT, patch_size=[8, 4]), (2, 3, 24, 24), FEATURES),
    },
    "swin": {
        "model": case("Two stages, shifted windows.", "SwinModel", dict(SWIN), (2, 3, 32, 32), FEATURES + SPATIAL,
                      options=TRACES),
        "three_stages": case(
            "Three stages, an MLP whose width is rounded down, GELU with tanh.", "SwinForImageClassification",
            dict(SWIN, image_size=48, depths=[2, 3, 1], num_heads=[1, 2, 4], window_size=3, qkv_bias=False,
                 hidden_act="gelu_new", mlp_ratio=1.7, layer_norm_eps=1e-3, drop_path_rate=0.1),
            (1, 3, 48, 48), ["logits"] + SPATIAL, options=TRACES, labels=5),
        "padded": case(
            "Pictures that have to be padded to patches, and grids to windows; one channel.", "SwinModel",
            dict(SWIN, image_size=41, window_size=3, patch_size=3, num_channels=1), (1, 1, 41, 41),
            FEATURES + SPATIAL, options=TRACES),
        # In the reference a stage that saw a picture one window high never shifts again, so each size has its own case.
        "larger": case(
            "A larger picture: the last stage shifts, as it wouldn't in a picture of the model's own size.", "SwinModel",
            dict(SWIN, depths=[3, 2]), (1, 3, 53, 66), FEATURES + SPATIAL, options=TRACES),
        "oblong": case(
            "A picture that isn't square.", "SwinModel", dict(SWIN, image_size=[37, 58], depths=[3, 2]), (1, 3, 37, 58),
            FEATURES + SPATIAL, options=TRACES),
        "oblong_patches": case(
            "Patches that aren't square, of another picture than the config's.", "SwinForImageClassification",
            dict(SWIN, image_size=[32, 48], patch_size=[2, 4], window_size=5, depths=[2, 2, 1], num_heads=[2, 2, 2]),
            (2, 3, 40, 80), ["logits"], labels=3, more=[dict(name="features", model="SwinModel", keep=FEATURES)]),
        "window_even": case(
            "A window of six places, one stage of four blocks.", "SwinModel",
            dict(SWIN, image_size=56, window_size=6, depths=[4], num_heads=[2], embed_dim=16), (1, 3, 56, 56),
            FEATURES + ["hidden_states*"], options=dict(output_hidden_states=True)),
        "window_one": case("A window of one place.", "SwinModel", dict(SWIN, window_size=1, image_size=16),
                           (2, 3, 16, 16), FEATURES),
        "window_wide": case(
            "A window as large as the config's grid, and a wider picture.", "SwinModel",
            dict(SWIN, window_size=8, depths=[2], num_heads=[2]), (1, 3, 32, 48), FEATURES + STAGES, options=TRACES),
        "smaller": case(
            "A smaller picture: the last stage doesn't shift, as it would in a picture of the model's own size.",
            "SwinModel", dict(SWIN, image_size=64, depths=[2, 4]), (2, 3, 26, 45), FEATURES + SPATIAL, options=TRACES),
        "deep": case(
            "Three deep stages, windows that never fit, a larger picture; what its size asks for changes nothing.",
            "SwinForImageClassification",
            dict(SWIN, image_size=48, depths=[3, 4, 2], num_heads=[2, 2, 2], embed_dim=8, window_size=3),
            (1, 3, 75, 91), ["logits", "hidden_states*"], options=dict(output_hidden_states=True, **INTERPOLATE),
            labels=3),
    },
    "siglip_vision": {
        "gelu": case(
            "GELU, another epsilon; positions interpolated.", "SiglipVisionModel",
            dict(TINY, image_size=30, patch_size=10, hidden_act="gelu", layer_norm_eps=1e-3), (2, 3, 30, 30),
            FEATURES + STAGES, options=TRACES,
            more=[dict(name="interpolated", input=(1, 3, 50, 43), keep=FEATURES, options=INTERPOLATE)]),
        "no_head": case(
            "Without attention pooling; two channels.", "SiglipVisionModel",
            dict(TINY, image_size=30, patch_size=10, vision_use_head=False, num_channels=2), (2, 2, 30, 30),
            ["last_hidden_state"] + STAGES, options=TRACES),
        "floored": case("A picture with a remainder.", "SiglipVisionModel", dict(TINY, image_size=37, patch_size=10),
                        (2, 3, 37, 37), FEATURES),
        "as_many_patches": case(
            "Pictures of other sizes with as many patches, whose positions are taken in order, and interpolated.",
            "SiglipVisionModel", dict(TINY, image_size=40, patch_size=10), (1, 3, 40, 40), FEATURES, more=AS_MANY),
    },
    "clip_vision": {
        "gray": case(
            "GELU, another epsilon, one channel; positions interpolated.", "CLIPVisionModel",
            dict(TINY, image_size=30, patch_size=10, hidden_act="gelu", layer_norm_eps=1e-3, num_channels=1),
            (2, 1, 30, 30), FEATURES + STAGES, options=TRACES,
            more=[dict(name="interpolated", input=(1, 1, 50, 43), keep=FEATURES, options=INTERPOLATE)]),
        "projection": case(
            "With the projection to the common space, and the same checkpoint without.",
            "CLIPVisionModelWithProjection",
            dict(TINY, image_size=35, patch_size=10, projection_dim=7), (2, 3, 35, 35),
            ["image_embeds", "last_hidden_state"] + STAGES, options=TRACES,
            more=[dict(name="features", model="CLIPVisionModel", keep=FEATURES),
                  dict(name="interpolated", input=(1, 3, 30, 40), keep=["image_embeds"], options=INTERPOLATE)]),
        "as_many_patches": case(
            "Positions interpolated for as many patches that lie otherwise.", "CLIPVisionModel",
            dict(TINY, image_size=40, patch_size=10), (1, 3, 20, 80), FEATURES, options=INTERPOLATE,
            more=[dict(name="remainder", input=(1, 3, 45, 45), keep=FEATURES, options=INTERPOLATE)]),
    },
}
