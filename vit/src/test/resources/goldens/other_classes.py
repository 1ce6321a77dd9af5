"""Cases that the table of cases can't ask for: masked patches, a ViT without a pooler, and vision towers within whole
CLIP and SigLIP.

    python other_classes.py ORACLE OUT        the folder of make_goldens.py, and the one that gets FAMILY/CASE/
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import torch
import transformers as hf
from common import Case, randn, randomise, save_model

TRACES = dict(output_hidden_states=True, output_attentions=True)
STAGES = ["hidden_states*", "attentions*"]
FEATURES = ["last_hidden_state", "pooler_output"]
LABELS = {i: name for i, name in enumerate(["cat", "dog", "car"])}
TINY = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=30,
            patch_size=10)


def case(family, name, about, seed, model, size, calls, mask=None):
    case = Case(sys.argv[2], family, name, "library", seed)
    case.about = about
    randomise(model, seed)
    save_model(case, model)
    pixels = case.tensor("pixel_values", randn(size, seed + 1))
    flags = case.tensor("mask", mask) if mask is not None else None
    for call in calls:
        inputs = {"pixel_values": randn(call["input"], seed + 2) if "input" in call else pixels}
        if call.get("masked"):
            inputs[call["masked"]] = flags
        case.call(call["name"], "forward", call["model"], inputs=inputs, keep=call["keep"],
                  options=call.get("options", {}))
    case.finish()


torch.manual_seed(0)
text = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2, vocab_size=40,
            max_position_embeddings=12, bos_token_id=0, eos_token_id=2, pad_token_id=1)

clip = hf.CLIPConfig(text_config=text, vision_config=dict(TINY, projection_dim=9), projection_dim=9, id2label=LABELS)
case("clip_vision", "whole", "The image tower of a whole CLIP.", 11, hf.CLIPModel(clip), (2, 3, 30, 30), [
    dict(name="features", model="CLIPVisionModel", keep=FEATURES + STAGES, options=TRACES),
    dict(name="projected", model="CLIPVisionModelWithProjection", keep=["image_embeds", "last_hidden_state"])])
case("clip_vision", "classification", "A classifier on the mean of the patches.", 12,
     hf.CLIPForImageClassification(clip), (2, 3, 30, 30), [
         dict(name="forward", model="CLIPForImageClassification", keep=["logits"] + STAGES, options=TRACES)])

siglip = hf.SiglipConfig(text_config=dict(text), vision_config=dict(TINY, hidden_act="gelu"), id2label=LABELS)
case("siglip_vision", "whole", "The image tower of a whole SigLIP.", 13, hf.SiglipModel(siglip), (2, 3, 30, 30), [
    dict(name="features", model="SiglipVisionModel", keep=FEATURES + STAGES, options=TRACES)])
case("siglip_vision", "classification", "A classifier on the mean of the patches.", 14,
     hf.SiglipForImageClassification(siglip), (2, 3, 30, 30), [
         dict(name="forward", model="SiglipForImageClassification", keep=["logits"] + STAGES, options=TRACES),
         dict(name="interpolated", model="SiglipForImageClassification", input=(1, 3, 41, 50), keep=["logits"],
              options=dict(interpolate_pos_encoding=True))])

beit = dict(TINY, image_size=24, patch_size=8, drop_path_rate=0.0, vocab_size=30, use_mask_token=True,
            use_shared_relative_position_bias=True)
nine = torch.tensor([[1, 0, 0, 1, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 0, 1, 1, 1]])
for pooling in (True, False):
    case("beit", f"masked_{'mean' if pooling else 'class'}", "Which visual word a masked patch is.", 15,
         hf.BeitForMaskedImageModeling(hf.BeitConfig(**beit, use_mean_pooling=pooling)), (2, 3, 24, 24), [
             dict(name="forward", model="BeitForMaskedImageModeling", keep=["logits"] + STAGES, options=TRACES,
                  masked="bool_masked_pos"),
             dict(name="unmasked", model="BeitForMaskedImageModeling", keep=["logits"])], nine)
case("beit", "model_masked", "Features of masked pictures.", 16, hf.BeitModel(hf.BeitConfig(**beit)), (2, 3, 24, 24), [
    dict(name="forward", model="BeitModel", keep=FEATURES, masked="bool_masked_pos")], nine)

case("deit", "masked", "Features of masked pictures.", 17,
     hf.DeiTForMaskedImageModeling(hf.DeiTConfig(**TINY, encoder_stride=10)), (2, 3, 30, 30), [
         dict(name="forward", model="DeiTForMaskedImageModeling", keep=STAGES, options=TRACES,
              masked="bool_masked_pos")],
     nine)


def reading_numbers(model_class):
    """The class insists on a boolean mask; golden files hold numbers."""
    forward = model_class.forward

    def converting(self, pixel_values, bool_masked_pos=None, **others):
        flags = None if bool_masked_pos is None else bool_masked_pos.bool()
        return forward(self, pixel_values, bool_masked_pos=flags, **others)

    model_class.forward = converting
    return model_class


case("vit", "masked", "Features of masked pictures.", 21,
     hf.ViTForMaskedImageModeling(hf.ViTConfig(**TINY, encoder_stride=10)), (2, 3, 30, 30), [
         dict(name="forward", model="ViTForMaskedImageModeling", keep=STAGES, options=TRACES, masked="bool_masked_pos"),
         dict(name="unmasked", model="ViTForMaskedImageModeling", keep=STAGES, options=TRACES)], nine)

swin = hf.SwinConfig(image_size=16, patch_size=4, embed_dim=12, depths=[2, 2], num_heads=[3, 2], window_size=2,
                     encoder_stride=8)
sixteen = torch.tensor([[1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 0],
                        [0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 1]])
case("swin", "masked", "Features of masked pictures.", 22, hf.SwinForMaskedImageModeling(swin), (2, 3, 16, 16), [
    dict(name="forward", model="SwinForMaskedImageModeling", keep=STAGES + ["reshaped_hidden_states*"], options=TRACES,
         masked="bool_masked_pos")], sixteen)


class ViTModel(hf.ViTModel):
    """The reference's, as it is built for checkpoints without a pooler."""

    def __init__(self, config):
        super().__init__(config, add_pooling_layer=False)


hf.ViTModel = ViTModel
case("vit", "without_pooler", "The base model alone.", 23, ViTModel(hf.ViTConfig(**TINY)), (2, 3, 30, 30), [
    dict(name="forward", model="ViTModel", keep=["last_hidden_state"] + STAGES, options=TRACES)])

twelve = torch.tensor([[1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1]])
for seed, family, name in ((18, "dinov2", "Dinov2"), (19, "dinov2_registers", "Dinov2WithRegisters"),
                           (20, "dinov3_vit", "DINOv3ViT")):
    model = reading_numbers(getattr(hf, name + "Model"))(getattr(hf, name + "Config")(**TINY))
    case(family, "masked", "Features of masked pictures, which aren't square.", seed, model, (2, 3, 30, 40), [
        dict(name="forward", model=name + "Model", keep=FEATURES, masked="bool_masked_pos")], twelve)
