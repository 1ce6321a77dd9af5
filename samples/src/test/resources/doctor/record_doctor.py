"""What doctor computes to test itself: a golden case of a tiny ViT with random weights, and a small photo.

    python record_doctor.py ORACLE IMAGES OUT     the folders of make_goldens.py, of the sample photos, and of the resources
"""

import os
import shutil
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])

import images
import torch
import transformers as hf
from common import Case, randn, randomise, save_model
from PIL import Image

TINY = dict(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20, image_size=12, patch_size=4)

torch.manual_seed(0)
with tempfile.TemporaryDirectory() as folder:
    case = Case(folder, "vit", "doctor", "library", 51)
    case.about = "What ./vitrail doctor computes."
    labels = {i: name for i, name in enumerate(["cat", "dog", "car"])}
    save_model(case, randomise(hf.ViTForImageClassification(hf.ViTConfig(**TINY, id2label=labels)), 51))
    hf.ViTImageProcessor(size=dict(height=12, width=12)).save_pretrained(case.folder)
    pixels = case.tensor("pixel_values", randn((2, 3, 12, 12), 52))
    case.call("forward", "forward", "ViTForImageClassification", inputs={"pixel_values": pixels},
              keep=["logits", "hidden_states*"], options=dict(output_hidden_states=True))
    case.call("preprocess", "image_processor", "ViTImageProcessor", images=images.save_samples(case.folder, ["tiny.png"]),
              tolerance={"atol": 1e-6, "rtol": 0})
    case.finish()
    for name in os.listdir(case.folder):
        shutil.copyfile(f"{case.folder}/{name}", f"{sys.argv[3]}/{name}")
Image.open(f"{sys.argv[2]}/chelsea.jpg").resize((96, 64), Image.Resampling.LANCZOS).save(f"{sys.argv[3]}/photo.jpg", quality=80)
