"""Makes the golden cases of this folder that are not copies of the project's oracle (goldens/*/files, *_small and so on are).

    python recipe.py          writes goldens/decode_image/special, goldens/pillow_resize/modes, goldens/image_processors/dinov3,
                              goldens/image_processors/options_*

Pictures that several cases read lie in goldens/pictures; large results of image processors, and those of *_small but vit's and
CLIP's, hold every other row and column (`subsample`), and equal tensors are stored once.

Pillow 13.0.0, numpy 2.4.6, transformers 4.57.6, torch 2.7.1, torchvision 0.22.1, safetensors 0.8.0; seed 7. The format is the oracle's:
golden.json lists calls, golden.safetensors holds what Pillow or transformers gave.
"""

import json
import os
import struct

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
import transformers
from transformers import DINOv3ViTImageProcessorFast
from transformers.image_utils import load_image

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "goldens")
RNG = np.random.default_rng(7)
FILTERS = ["NEAREST", "LANCZOS", "BILINEAR", "BICUBIC", "BOX", "HAMMING"]


def scene(width, height):
    """Smooth colours, a different one in every corner, and a little noise."""
    x, y = np.linspace(0, 1, width)[None, :], np.linspace(0, 1, height)[:, None]
    rgb = np.stack([255 * x + 0 * y, 255 * y + 0 * x, 255 * (1 - x) * (1 - y)], -1)
    return Image.fromarray(np.clip(rgb + RNG.normal(0, 6, rgb.shape), 0, 255).astype(np.uint8))


def noise(width, height, channels):
    return RNG.integers(0, 256, (height, width, channels)).astype(np.uint8).squeeze()


def finish(folder, calls, tensors, about):
    family, case = folder.split("/")[-2:]
    golden = {"format": 1, "family": family, "case": case, "about": about, "calls": calls}
    json.dump(golden, open(f"{folder}/golden.json", "w"), indent=1)
    save_file({k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in tensors.items()}, f"{folder}/golden.safetensors")


def gif_with_small_frame(background, transparent):
    """A 30 x 20 frame at (7, 5) of a 50 x 40 screen."""
    import io

    buffer = io.BytesIO()
    scene(30, 20).quantize(16).save(buffer, "GIF")
    gif = bytearray(buffer.getvalue())
    frame = gif.index(struct.pack("<BHHHH", 0x2C, 0, 0, 30, 20))
    gif[6:10] = struct.pack("<HH", 50, 40)
    gif[11] = background
    gif[frame : frame + 9] = struct.pack("<BHHHH", 0x2C, 7, 5, 30, 20)
    control = b"" if transparent is None else struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 1, 0, transparent, 0)
    return bytes(gif[:frame]) + control + bytes(gif[frame:])


def bmp_565():
    pixels = RNG.integers(0, 65536, (5, 6)).astype("<u2")
    header = struct.pack("<IiiHHIIiiII", 40, 6, -5, 1, 16, 3, pixels.nbytes, 0, 0, 0, 0)
    masks = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    return b"BM" + struct.pack("<IHHI", 66 + pixels.nbytes, 0, 0, 66) + header + masks + pixels.tobytes()


def decode_special():
    folder = f"{HERE}/decode_image/special"
    os.makedirs(folder, exist_ok=True)
    path = lambda name: f"{folder}/{name}"
    rgb = scene(23, 14)
    alpha = Image.fromarray(noise(23, 14, 1))
    rgba = rgb.copy()
    rgba.putalpha(alpha)
    exif = Image.Exif()
    for orientation in range(1, 9):
        exif[0x0112] = orientation
        rgb.save(path(f"orientation{orientation}.jpg"), exif=exif, quality=95, subsampling=0)
    rgb.save(path("orientation8.png"), exif=exif)
    rgb.save(path("orientation8.webp"), exif=exif, lossless=True)
    rgb.save(path("orientation8.tif"), exif=exif)
    from PIL.PngImagePlugin import PngInfo

    info, six = PngInfo(), Image.Exif()
    six[0x0112] = 6
    raw = six.tobytes().hex()
    info.add_text("Raw profile type exif", f"\nexif\n{len(raw) // 2:8}\n{raw}\n")
    rgb.save(path("imagemagick6.png"), pnginfo=info)
    xmp = PngInfo()
    xmp.add_itxt("XML:com.adobe.xmp", '<x:xmpmeta><rdf:Description tiff:Orientation="3"/></x:xmpmeta>')
    rgb.save(path("xmp3.png"), pnginfo=xmp)
    rgba.save(path("rgba.webp"), lossless=True, exact=True)
    rgb.quantize(40).save(path("palette_transparent.png"), transparency=3)
    rgb.quantize(40).save(path("transparent.gif"), transparency=7)
    open(path("small_frame.gif"), "wb").write(gif_with_small_frame(5, None))
    open(path("small_frame_transparent.gif"), "wb").write(gif_with_small_frame(5, 3))
    rgb.quantize(64).save(path("interlaced.gif"), interlace=1)
    Image.fromarray(RNG.integers(0, 600, (9, 11)).astype(np.uint16)).save(path("grey16.png"))
    rgb.convert("1").save(path("one_bit.png"))
    rgb.convert("CMYK").save(path("cmyk.jpg"), quality=95)
    rgb.convert("L").save(path("grey.jpg"), quality=95)
    rgb.save(path("progressive.jpg"), quality=80, progressive=True)
    frames = [scene(23, 14) for _ in range(3)]
    frames[0].save(path("animated_default.png"), save_all=True, append_images=frames[1:], default_image=True)
    open(path("packed565.bmp"), "wb").write(bmp_565())
    calls, tensors = [], {}
    for name in sorted(f for f in os.listdir(folder) if not f.startswith("golden")):
        jpeg = name.endswith("jpg")
        tensors[f"{name}.pixels"] = np.array(load_image(path(name)))
        calls.append({"name": name, "op": "decode_image", "images": [name], "outputs": {"pixels": f"{name}.pixels"},
                      "tolerance": {"atol": 4 if jpeg else 0, "rtol": 0}})
    finish(folder, calls, tensors, "What naive readers get wrong: orientations, transparency, animations, odd bit depths.")


def resize_modes():
    folder = f"{HERE}/pillow_resize/modes"
    os.makedirs(folder, exist_ok=True)
    calls, tensors = [], {}

    def add(picture, mode, size, resample, **options):
        name = f"{picture.split('.')[0]}_{mode}_{len(calls)}"
        image = Image.open(f"{folder}/{picture}").convert(mode)
        tensors[f"{name}.pixels"] = np.array(image.resize(size, getattr(Image.Resampling, resample), **options))
        calls.append({"name": name, "op": "pillow_resize", "images": [picture], "mode": mode,
                      "outputs": {"pixels": f"{name}.pixels"}, "tolerance": {"atol": 0, "rtol": 0},
                      "options": {"size": list(size), "resample": resample, **options}})

    Image.fromarray(noise(37, 29, 4), "RGBA").save(f"{folder}/noise.png")
    Image.fromarray(noise(9, 61, 3), "RGB").save(f"{folder}/high.png")
    for resample in FILTERS:
        for mode in ("L", "LA", "RGB", "RGBA"):
            add("noise.png", mode, (17, 8), resample)
            add("noise.png", mode, (41, 53), resample, box=(3.3, 1.75, 30.2, 27.5))
        add("noise.png", "RGB", (3, 4), resample, reducing_gap=1.5)
        add("noise.png", "RGBA", (5, 2), resample, reducing_gap=2.0, box=(1.5, 2.5, 36.0, 28.5))
        add("noise.png", "RGB", (20, 15), resample, box=(4, 5, 24, 20))
        add("high.png", "RGB", (8, 11), resample)  # the height shrinks much more: columns come first
        add("high.png", "L", (12, 60), resample)
        add("high.png", "RGB", (9, 20), resample)
        add("high.png", "RGB", (4, 61), resample)
    finish(folder, calls, tensors, "Every filter in every mode; boxes between pixels; reducing gaps; the order of passes.")


def dinov3():
    folder = f"{HERE}/image_processors/dinov3"
    os.makedirs(folder, exist_ok=True)
    scene(61, 45).save(f"{folder}/wide.png")
    scene(21, 70).save(f"{folder}/high.png")
    DINOv3ViTImageProcessorFast(size={"height": 32, "width": 24}).save_pretrained(folder)
    processor = DINOv3ViTImageProcessorFast.from_pretrained(folder)
    calls, tensors = [], {}
    for i, options in enumerate([{}, {"resample": 3}, {"do_center_crop": True, "crop_size": {"height": 40, "width": 19}},
                                 {"size": {"shortest_edge": 30}}, {"size": {"shortest_edge": 30, "longest_edge": 40}},
                                 {"do_resize": False, "do_center_crop": True, "crop_size": 27}, {"do_normalize": False},
                                 {"rescale_factor": 0.01, "image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6]}]):
        for picture in ("wide.png", "high.png"):
            name = f"{picture.split('.')[0]}{i}"
            out = processor([load_image(f"{folder}/{picture}")], return_tensors="pt", **options)
            tensors[f"{name}.pixel_values"] = out["pixel_values"].numpy()
            calls.append({"name": name, "op": "image_processor", "class": "DINOv3ViTImageProcessorFast",
                          "images": [picture], "options": options, "outputs": {"pixel_values": f"{name}.pixel_values"},
                          "tolerance": {"atol": 1e-5, "rtol": 1e-5}})
    finish(folder, calls, tensors, "The processor that rescales first and resizes tensors.")


RAW = {"do_rescale": False, "do_normalize": False}
VALUES = [RAW, {"do_rescale": False}, {"do_normalize": False, "rescale_factor": 1 / 127.5},
          {"rescale_factor": 0.5, "image_mean": 0.25, "image_std": [0.4, 0.5, 0.6]}]
FILTER_NUMBERS = [{"resample": number, **RAW} for number in range(6)]
EXACT = [{"size": 9}, {"size": [7, 12]}, {"size": {"height": 33, "width": 10}, **RAW}, {"do_resize": False, **RAW}]
EDGE = [{"size": 9}, {"size": {"shortest_edge": 17, "longest_edge": 20}, **RAW}]
CROPS = [{"do_center_crop": False, "size": {"height": 8, "width": 6}}, {"do_resize": False, "crop_size": [40, 3]},
         {"crop_size": {"height": 31, "width": 32}, **RAW}, {"crop_size": 18, "do_normalize": False}]
TENSORS = [RAW, {**RAW, "resample": 0}, {**RAW, "resample": 3}, {"resample": 0}, {"resample": 3, "rescale_factor": 0.5},
           {"do_resize": False, "do_rescale": False, "do_normalize": False}, {"do_center_crop": True, "crop_size": [40, 3]},
           {"do_center_crop": True, "crop_size": 18, **RAW}, {"size": {"max_height": 20, "max_width": 9}}, {"size": [7, 12]},
           {"size": {"shortest_edge": 9}, "do_center_crop": True, "crop_size": 8}]
# name: class, settings of the file, options of the calls
OPTIONS = {
    "vit": ("ViTImageProcessor", {"size": 11}, VALUES + FILTER_NUMBERS + EXACT),
    "deit": ("DeiTImageProcessor", {"size": 13, "crop_size": 10}, VALUES + FILTER_NUMBERS + EXACT + CROPS),
    "beit": ("BeitImageProcessor", {"size": 13, "crop_size": 10}, VALUES + FILTER_NUMBERS + EXACT + CROPS),
    "clip": ("CLIPImageProcessor", {"size": 13, "crop_size": 10}, VALUES + FILTER_NUMBERS + EXACT + EDGE + CROPS),
    "bit": ("BitImageProcessor", {"size": 13, "crop_size": 10}, VALUES + FILTER_NUMBERS + EXACT + EDGE + CROPS),
    "blip": ("BlipImageProcessor", {"size": 11}, VALUES + FILTER_NUMBERS + EXACT[1:]),
    "siglip": ("SiglipImageProcessor", {"size": {"height": 11, "width": 9}}, VALUES + FILTER_NUMBERS + EXACT[1:]),
    "convnext": ("ConvNextImageProcessor", {"size": 11},
                 VALUES + FILTER_NUMBERS + EDGE + [{"crop_pct": 0.5}, {"do_resize": False, **RAW}]),
    "vilt": ("ViltImageProcessor", {"size": 20, "size_divisor": 4},
             VALUES + [{"resample": 1, **RAW}, {"size": 25, **RAW}, {"size": {"shortest_edge": 21, "longest_edge": 22}, **RAW},
                       {"size_divisor": 5, **RAW}, {"do_pad": False, **RAW}, {"do_resize": False, **RAW}]),
    "dinov3": ("DINOv3ViTImageProcessorFast", {"size": {"height": 11, "width": 9}}, TENSORS),
}


def processor_options():
    """Every processor with and without each of its steps, in every form of size, with every filter: to be met exactly."""
    rng = np.random.default_rng(8)
    pictures = {"wide.png": rng.integers(0, 256, (19, 28, 3)).astype(np.uint8), "high.png": np.array(scene(8, 47))}
    for case, (class_name, settings, calls_options) in OPTIONS.items():
        folder = f"{HERE}/image_processors/options_{case}"
        os.makedirs(folder, exist_ok=True)
        for name, pixels in pictures.items():
            Image.fromarray(pixels).save(f"{folder}/{name}")
        getattr(transformers, class_name)(**settings).save_pretrained(folder)
        processor = getattr(transformers, class_name).from_pretrained(folder)
        calls, tensors = [], {}
        for i, options in enumerate(calls_options):
            together = case == "vilt" and options.get("do_pad", True)
            for images in [list(pictures)] if together else [[name] for name in pictures]:
                name = f"{images[0].split('.')[0]}{i}"
                out = processor([load_image(f"{folder}/{image}") for image in images], return_tensors="pt", **options)
                outputs = {key: f"{name}.{key}" for key in out}
                tensors.update({outputs[key]: value.numpy() for key, value in out.items()})
                calls.append({"name": name, "op": "image_processor", "class": class_name, "images": images,
                              "options": options, "outputs": outputs, "tolerance": {"atol": 0, "rtol": 0}})
        finish(folder, calls, tensors, processor_options.__doc__)


if __name__ == "__main__":
    decode_special()
    resize_modes()
    dinov3()
    processor_options()
