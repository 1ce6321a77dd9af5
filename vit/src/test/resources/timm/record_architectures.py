"""What timm makes of the names that TimmConfig knows: architectures.csv, with timm 1.0.31.

    python record_architectures.py > architectures.csv
"""

import re

import timm
import torch

NAME = re.compile("(vit|deit|deit3)_(tiny|xsmall|small|medium|betwixt|base|large|huge|giant|gigantic)(_distilled)?"
                  r"_patch\d+(_clip|_clip_quickgelu|_dinov2)?(_\d+)?(_miil)?")
print("name,image,patch,width,depth,heads,mlpWidth,epsilon,activation,queryKeyValueBias,unplacedClassToken,distilled,"
      "preNorm,layerScale")
for name in sorted(timm.list_models("vit_*") + timm.list_models("deit*")):
    if NAME.fullmatch(name) and name != "vit_giant_patch14_dinov2":  # which has a gated MLP
        with torch.device("meta"):
            model = timm.create_model(name)
        block = model.blocks[0]
        assert model.global_pool == "token" and model.cls_token is not None
        values = [name, model.patch_embed.img_size[0], model.patch_embed.patch_size[0], model.embed_dim,
                  len(model.blocks), block.attn.num_heads, block.mlp.fc1.out_features, block.norm1.eps,
                  {"GELU": "GELU", "QuickGELU": "QUICK_GELU"}[type(block.mlp.act).__name__],
                  block.attn.qkv.bias is not None, model.no_embed_class, hasattr(model, "dist_token"),
                  not isinstance(model.norm_pre, torch.nn.Identity), not isinstance(block.ls1, torch.nn.Identity)]
        print(",".join(str(value) for value in values))
