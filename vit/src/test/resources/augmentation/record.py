"""Records what torchvision makes of a picture with Pillow, for PictureOperationTest: python record.py > operations.json

Made with torchvision 0.22.1, Pillow 13.0.0 and torch 2.7.1. The picture is drawn by the formula in `picture`, which the
test repeats. Of each result the CRC-32 of its bytes (red, green, blue, row by row) is kept.
"""

import json
import zlib

import numpy as np
from PIL import Image
from torchvision.transforms import autoaugment
from torchvision.transforms import functional as F

SIZES = [(41, 30), (24, 24), (9, 50), (1, 3), (2, 2)]
NAMES = {
    "Identity": "IDENTITY", "ShearX": "SHEAR_X", "ShearY": "SHEAR_Y", "TranslateX": "TRANSLATE_X",
    "TranslateY": "TRANSLATE_Y", "Rotate": "ROTATE", "Brightness": "BRIGHTNESS", "Color": "SATURATION",
    "Contrast": "CONTRAST", "Sharpness": "SHARPNESS", "Posterize": "POSTERIZE", "Solarize": "SOLARIZE",
    "AutoContrast": "AUTO_CONTRAST", "Equalize": "EQUALIZE",
}


def picture(width, height):
    """Slopes of different steepness, with a pattern over them: values from 7 to 246."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    values = 7 + (x * (3 + c) + y * (5 - 2 * c) * 2 + x * y * (c + 1) // 3 + 11 * c) % 240
    return Image.fromarray(values.astype(np.uint8))


def crc(image):
    return zlib.crc32(np.asarray(image).tobytes())


def sweep(space, image):
    results = {}
    for name, (magnitudes, signed) in space.items():
        levels = magnitudes.tolist() if magnitudes.ndim else [0.0]
        signs = [1, -1] if signed else [1]
        results[NAMES[name]] = [
            crc(autoaugment._apply_op(image, name, float(sign * level), F.InterpolationMode.NEAREST, None))
            for level in levels for sign in signs
        ]
    return results


def case(width, height):
    image = picture(width, height)
    return {
        "width": width,
        "height": height,
        "picture": crc(image),
        "rand": sweep(autoaugment.RandAugment()._augmentation_space(31, (height, width)), image),
        "trivial": sweep(autoaugment.TrivialAugmentWide()._augmentation_space(31), image),
        "hue": [[turn, crc(F.adjust_hue(image, turn))] for turn in (-0.5, -0.31, -0.1, -0.001, 0.0, 0.004, 0.2, 0.45, 0.5)],
    }


print(json.dumps([case(*size) for size in SIZES]))
